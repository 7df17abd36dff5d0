// What links between nodes that look at pictures carry.
#pragma once

#include "graph/socket.hpp"
#include "inference/vision/clip_vision.hpp"
#include "inference/vision/style_model.hpp"

namespace easel::graph {

template <>
struct SocketOf<inference::ClipVision> {
    static constexpr std::string_view name = "CLIP_VISION";
};
template <>
struct SocketOf<inference::ClipVisionOutput> {
    static constexpr std::string_view name = "CLIP_VISION_OUTPUT";
};
template <>
struct SocketOf<inference::StyleModel> {
    static constexpr std::string_view name = "STYLE_MODEL";
};

}  // namespace easel::graph
