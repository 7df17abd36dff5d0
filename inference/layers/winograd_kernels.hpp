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

// The points of `count` kernels of nine values each, one after the other: [count, points].
void kernel_points(const float* kernels, int64_t count, float* to);
void kernel_points(const half_kernels::Half* kernels, int64_t count, float* to);

// The 2x2 pixels of a tile, row by row: where each one's channels go, null for those outside of the picture.
using TileOutput = std::array<float*, 4>;

// The first `count` channels of the pixels that the points at sums + i * stride amount to, times `factor`, plus `bias`
// (which may be null). A whole number of registers is read.
void output_pixels(const float* sums, int64_t stride, float factor, const float* bias, int64_t count,
                   const TileOutput& pixels);

}  // namespace easel::inference::winograd_kernels
