// MESH links.
#pragma once

#include "graph/socket.hpp"
#include "inference/mesh/mesh.hpp"

namespace easel::graph {

template <>
struct SocketOf<inference::Meshes> {
    static constexpr std::string_view name = "MESH";
};

}  // namespace easel::graph
