// What the nodes that turn prompts into a request for one of Wan's videos have in common.
#pragma once

#include "inference/models/wan/start_frames.hpp"
#include "nodes/types.hpp"

#include <cstdint>
#include <optional>
#include <string>
#include <utility>

namespace easel::nodes {

// The prompts, the VAE and the size of the video. First base of such a node.
struct VideoRequest {
    Conditioning positive;
    Conditioning negative;
    Vae vae;
    std::int64_t width = 832;
    std::int64_t height = 480;
    std::int64_t length = 81;
    std::int64_t batch_size = 1;

    static constexpr inference::wan::VideoSize usual_size = {.width = 832, .height = 480, .frames = 81};

    // The parts of a request, for nodes with other inputs between them.
    static void declare_record(Schema& s, std::string category) {
        s.shape = RecordShape::modern;
        s.python_module = "comfy_extras.nodes_wan";
        s.category = std::move(category);
    }
    static void declare_prompts(Schema& s) {
        s.in("positive", &VideoRequest::positive);
        s.in("negative", &VideoRequest::negative);
        s.in("vae", &VideoRequest::vae);
    }
    static auto declare_length(Schema& s, std::int64_t frames) {
        return s.in("length", &VideoRequest::length).default_value(frames).range(1, 16384).step(4);
    }
    // Width and height are multiples of `cell`. Returns the input for the length.
    static auto declare_size(Schema& s, const inference::wan::VideoSize& size = usual_size, std::int64_t cell = 16) {
        s.in("width", &VideoRequest::width).default_value(size.width).range(cell, 16384).step(cell);
        s.in("height", &VideoRequest::height).default_value(size.height).range(cell, 16384).step(cell);
        return declare_length(s, size.frames);
    }
    static void declare_batch(Schema& s) { s.in("batch_size", &VideoRequest::batch_size).range(1, 4096); }

    // The record of such a node, and its inputs `positive` to `batch_size`. `size` is what the widgets begin with.
    static void declare_request(Schema& s, std::string category, const inference::wan::VideoSize& size = usual_size) {
        declare_record(s, std::move(category));
        declare_prompts(s);
        declare_size(s, size);
        declare_batch(s);
    }

    static void declare_outputs(Schema& s) {
        s.out("positive");
        s.out("negative");
        s.out("latent");
    }
};

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
