// The hidden inputs of nodes that write the prompt and the workflow into the files that they make.
#pragma once

#include "nodes/types.hpp"

#include <optional>

namespace easel::nodes {

// What a file was made by. First base of such a node, so that a node's address is that of these fields' owner.
struct FileOrigin {
    std::optional<Json> prompt;
    std::optional<Json> extra_pnginfo;

    static void declare_origin(Schema& s) {
        s.hidden_in("prompt", "PROMPT", &FileOrigin::prompt);
        s.hidden_in("extra_pnginfo", "EXTRA_PNGINFO", &FileOrigin::extra_pnginfo);
    }
};

}  // namespace easel::nodes
