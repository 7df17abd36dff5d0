// SPLAT links.
#pragma once

#include "inference/splat/splat.hpp"
#include "nodes/types.hpp"

namespace easel::inference {

inline graph::Footprint footprint(const Splat& splat) {
    std::size_t bytes = 0;
    for (const Tensor& part : {splat.positions, splat.scales, splat.rotations, splat.opacities, splat.harmonics})
        bytes += nodes::memory_of(part);
    return {.bytes = bytes};
}
inline graph::Footprint footprint(const Splats& splats) {
    std::size_t bytes = 0;
    for (const Splat& splat : splats)
        bytes += footprint(splat).bytes;
    return {.bytes = bytes};
}

}  // namespace easel::inference

namespace easel::graph {

template <>
struct SocketOf<inference::Splats> {
    static constexpr std::string_view name = "SPLAT";
};

}  // namespace easel::graph
