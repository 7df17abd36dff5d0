// What the records of the nodes for hooks have in common.
#pragma once

#include "nodes/hooks/hook_sockets.hpp"
#include "nodes/types.hpp"

#include <string>

namespace easel::nodes {

// `topic` is the part of the category behind "advanced/hooks": "/create", or nothing.
inline void declare_hook_node(Schema& s, const std::string& topic, const std::string& display_name) {
    s.python_module = "comfy_extras.nodes_hooks";
    s.category = "advanced/hooks" + topic;
    s.display_name = display_name;
    s.experimental = true;
}

}  // namespace easel::nodes
