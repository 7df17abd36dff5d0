// The wire name of functions on latents.
#pragma once

#include "graph/socket.hpp"
#include "inference/image/latent_operations.hpp"

namespace easel::graph {

template <>
struct SocketOf<inference::LatentOperation> {
    static constexpr std::string_view name = "LATENT_OPERATION";
};

}  // namespace easel::graph
