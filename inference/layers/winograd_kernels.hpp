// The transformations of Winograd's convolution F(2x2, 3x3) (Lavin and Gray, "Fast algorithms for convolutional neural
// networks", 2016): a tile of 4x4 pixels becomes 16 points, whose products with the 16 points of a kernel become 2x2
// pixels. For x86-64 processors with AVX-512.
#pragma once

#include "inference/layers/half_kernels.hpp"

#include <array>

namespace easel::inference::winograd_kernels {

constexpr int64_t points = 16;

// The 16 pixels of a tile, row by row: where each one's channels begin.
using TileInput = std::array<const float*, points>;

// The points of `count` channels, times `scale`: point i at to + i * stride.
void input_points(const TileInput& pixels, int64_t count, float scale, half_kernels::Pair* to, int64_t stride);
void input_points(const TileInput& pixels, int64_t count, float scale, float* to, int64_t stride);

// Of a sum of a kernel's values that is one of its points, beside the largest of the values.
constexpr float growth_of_kernels = 2.25F;

// The points of kernels [rows, channels, 3, 3], times `scale`, as a panel [points, channels, columns] of floats or of
// halves; `columns` is a multiple of 16, and columns beyond the rows become zeros.
struct KernelBlock {
    int64_t rows, channels, columns;
    float scale;
};
void pack_kernels(const float* from, const KernelBlock& block, float* panel);
void pack_kernels(const float* from, const KernelBlock& block, half_kernels::Half* panel);
void pack_kernels(const half_kernels::Half* from, const KernelBlock& block, float* panel);
void pack_kernels(const half_kernels::Half* from, const KernelBlock& block, half_kernels::Half* panel);
void pack_kernels(const half_kernels::Brain* from, const KernelBlock& block, float* panel);
void pack_kernels(const half_kernels::Brain* from, const KernelBlock& block, half_kernels::Half* panel);

// The 2x2 pixels of a tile, row by row: where each one's channels go, null for those outside of the picture, and what
// is added to them, null for nothing.
struct TileOutput {
    std::array<float*, 4> pixels{};
    std::array<const float*, 4> added{};
};

// The first `count` channels of the pixels that the points at sums + i * stride amount to, times `factor`, plus `bias`
// (which may be null). A whole number of registers is read.
void output_pixels(const float* sums, int64_t stride, float factor, const float* bias, int64_t count,
                   const TileOutput& to);

}  // namespace easel::inference::winograd_kernels
