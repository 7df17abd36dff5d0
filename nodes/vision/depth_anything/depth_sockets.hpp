// DA3_MODEL and DA3_GEOMETRY links.
#pragma once

#include "graph/socket.hpp"
#include "inference/vision/depth_anything/depth_anything.hpp"

#include <memory>

namespace easel::graph {

template <>
struct SocketOf<std::shared_ptr<const inference::DepthAnything>> {
    static constexpr std::string_view name = "DA3_MODEL";
};
template <>
struct SocketOf<inference::DepthGeometry> {
    static constexpr std::string_view name = "DA3_GEOMETRY";
};

}  // namespace easel::graph
