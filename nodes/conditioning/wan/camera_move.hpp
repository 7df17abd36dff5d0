// What links with a camera's move carry.
#pragma once

#include "graph/socket.hpp"
#include "inference/tensor.hpp"

namespace easel::nodes {

struct CameraMove {
    Tensor rays;  // [1, 24, frames, height, width] (inference/models/wan/camera.hpp)
};

}  // namespace easel::nodes

template <>
struct easel::graph::SocketOf<easel::nodes::CameraMove> {
    static constexpr std::string_view name = "WAN_CAMERA_EMBEDDING";
};
