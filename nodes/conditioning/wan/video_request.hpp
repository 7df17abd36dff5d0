// What the nodes that turn prompts into a request for one of Wan's videos have in common.
#pragma once

#include "inference/models/wan/start_frames.hpp"
#include "nodes/types.hpp"

#include <optional>

namespace easel::nodes {

// The record of such a node, and its inputs `positive` to `batch_size`.
template <class Node>
void declare_video_request(Schema& s, std::string category) {
    s.shape = RecordShape::modern;
    s.python_module = "comfy_extras.nodes_wan";
    s.category = std::move(category);
    s.in("positive", &Node::positive);
    s.in("negative", &Node::negative);
    s.in("vae", &Node::vae);
    s.in("width", &Node::width).range(16, 16384).step(16);
    s.in("height", &Node::height).range(16, 16384).step(16);
    s.in("length", &Node::length).range(1, 16384).step(4);
    s.in("batch_size", &Node::batch_size).range(1, 4096);
}

inline void declare_video_outputs(Schema& s) {
    s.out("positive");
    s.out("negative");
    s.out("latent");
}

template <class Node>
inference::wan::VideoSize video_size(const Node& node) {
    return {.width = node.width, .height = node.height, .frames = node.length};
}

// The latent to begin with, as the node's VAE has them.
template <class Node>
Latent empty_request(const Node& node) {
    return {.samples = inference::wan::empty_video(node.batch_size, node.vae.latent_channels(),
                                                   node.vae.downscale_ratio(), video_size(node))};
}

inline std::optional<Tensor> pixels_of(const std::optional<Image>& image) {
    return image ? std::optional(image->pixels) : std::nullopt;
}

}  // namespace easel::nodes
