// VOXEL links.
#pragma once

#include "nodes/types.hpp"

namespace easel::nodes {

// How surely points of a grid lie within each shape of a batch: [batch, depth, height, width], float32 on the CPU.
struct Voxels {
    static constexpr std::string_view socket = "VOXEL";
    Tensor values;
};
inline Footprint footprint(const Voxels& voxels) { return {.bytes = memory_of(voxels.values)}; }

}  // namespace easel::nodes
