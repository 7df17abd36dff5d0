// MOGE_MODEL and MOGE_GEOMETRY links.
#pragma once

#include "graph/socket.hpp"
#include "inference/vision/moge/moge.hpp"

#include <memory>

namespace easel::graph {

template <>
struct SocketOf<std::shared_ptr<const inference::Moge>> {
    static constexpr std::string_view name = "MOGE_MODEL";
};
template <>
struct SocketOf<inference::PointGeometry> {
    static constexpr std::string_view name = "MOGE_GEOMETRY";
};

}  // namespace easel::graph
