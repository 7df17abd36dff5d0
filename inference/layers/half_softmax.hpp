// The part of attention between its two products in half precision: a softmax over keys that come block by block
// (Milakov and Gimelshein 2018), for as many queries at once as a panel has columns.
#pragma once

#include "inference/layers/half_kernels.hpp"

#include <array>

namespace easel::inference {

struct RunningSoftmax {
    static constexpr std::size_t queries = half_kernels::columns;
    static constexpr float weight_scale = 16.0F;  // of the weights, which keeps small ones from vanishing

    alignas(64) std::array<float, queries> largest;  // score so far, times log2(e)
    alignas(64) std::array<float, queries> sum;      // of the weights so far
    alignas(64) std::array<float, queries> shrink;   // what sums over earlier keys have to be multiplied by

    RunningSoftmax();

    // `scores` [keys, queries] times `factor` become weights 2^(score - largest) in `weights`, times weight_scale.
    // `factor` is positive and includes log2(e).
    void add(const float* scores, int64_t keys, float factor, half_kernels::Half* weights);
    // Multiplies `rows` sums [rows, queries] over earlier keys by `shrink`.
    void rescale(float* sums, int64_t rows) const;
};

}  // namespace easel::inference
