// What nodes share that show a 3D file in a viewport and hand on how it was looked at.
#pragma once

#include "nodes/three_d/model_file.hpp"

#include <string>
#include <string_view>

namespace easel::nodes {

using ViewedModel = Returns<ModelFile, Json, Json, std::int64_t, std::int64_t>;

// Declares the fields of `Node` that say what a viewport was left in, the prompt, and the outputs. `model` is the type
// of the file that is handed on.
template <class Node>
void declare_viewport(Schema& s, std::string_view model = ModelFile::socket) {
    s.in("viewport_state", &Node::viewport_state).type("LOAD_3D");
    s.in("width", &Node::width).range(1, 4096).step(1);
    s.in("height", &Node::height).range(1, 4096).step(1);
    s.in("model_3d_info", &Node::model_3d_info).type("LOAD3D_MODEL_INFO").advanced();
    s.in("camera_info", &Node::camera_info).type("LOAD3D_CAMERA").advanced();
    s.hidden_in("prompt", "PROMPT", &Node::prompt);
    s.hidden_in("extra_pnginfo", "EXTRA_PNGINFO", &Node::extra_pnginfo);
    s.out("model_3d").type = model;
    s.out("model_3d_info").type = "LOAD3D_MODEL_INFO";
    s.out("camera_info").type = "LOAD3D_CAMERA";
    s.out("width");
    s.out("height");
}

// What `node` shows and hands on; `file` is the name that the viewport loads.
template <class Node>
ViewedModel viewed(const Node& node, const std::string& file) {
    const ViewportState viewport{node.viewport_state, node.camera_info, node.model_3d_info};
    return {shown_model(file, viewport), node.model_3d, viewport.model_info(),
            viewport.camera(),           node.width,    node.height};
}

}  // namespace easel::nodes
