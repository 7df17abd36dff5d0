// Operations on batches of masks that several nodes share.
#pragma once

#include "inference/tensor.hpp"

#include <cstdint>
#include <string_view>

namespace easel::nodes {

// A mask of any number of dimensions as [batch, h, w].
inline Tensor as_batch(const Tensor& mask) { return mask.reshape({-1, mask.size(-2), mask.size(-1)}); }

// `source` with its corner at (x, y) of `destination`, combined by "multiply", "add", "subtract", or by "and", "or",
// "xor" of the rounded values. The result is [batch, h, w] in 0..1.
Tensor combined(const Tensor& destination, const Tensor& source, std::int64_t x, std::int64_t y,
                std::string_view operation);

enum class Edge { first, last };

// Multiplies the `count` outermost rows or columns (dimension `dim` of `mask`) by 1 / count, 2 / count, ... 1, in
// place.
void fade_edge(Tensor& mask, std::int64_t dim, std::int64_t count, Edge edge);

}  // namespace easel::nodes
