// INTERP_MODEL links.
#pragma once

#include "graph/socket.hpp"
#include "inference/vision/frame_interpolation/frame_interpolator.hpp"

#include <memory>

namespace easel::graph {

template <>
struct SocketOf<std::shared_ptr<const inference::FrameInterpolator>> {
    static constexpr std::string_view name = "INTERP_MODEL";
};

}  // namespace easel::graph
