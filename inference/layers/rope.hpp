// Rotary position embedding (Su et al. 2021): the dimensions of a head are pairs, and a token's position turns each
// pair by an angle of its own. Tables are made once for a run; they are the same for every member of a batch.
#pragma once

#include "inference/tensor.hpp"

#include <vector>

namespace easel::inference {

struct Rope {
    Tensor cos, sin;  // [tokens, dim / 2], float32

    Rope tokens(int64_t first, int64_t count) const {
        return {.cos = cos.narrow(0, first, count), .sin = sin.narrow(0, first, count)};
    }
};

// Angles of tokens at `positions` [tokens, axes]. The head's dimensions are shared out between the axes, `dims[i]`
// (even) to axis i, first axis first; along each the frequencies fall from 1 towards 1 / theta. Computed in float64.
// (comfy.ldm.flux.layers.EmbedND)
Rope rope_table(const Tensor& positions, at::IntArrayRef dims, double theta);

// The tokens of `tables` one after the other.
Rope joined(const std::vector<Rope>& tables);

// Turns the pairs (0, 1), (2, 3), ... of `x` [batch, heads, tokens, dim]. The sums are in float32. `x` may be a view
// whose last dimension is dense. (comfy.ldm.flux.math.apply_rope)
Tensor rotate_pairs(const Tensor& x, const Rope& rope);

// Likewise the pairs (0, dim / 2), (1, dim / 2 + 1), ..., as language models have them.
Tensor rotate_halves(const Tensor& x, const Rope& rope);

}  // namespace easel::inference
