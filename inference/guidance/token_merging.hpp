// Token merging for attention over a picture (arXiv 2303.17604): one token of each 2 x 2 box stays, and of the others
// those most like one that stays are merged into it.
#pragma once

#include "inference/tensor.hpp"

#include <cstdint>

namespace easel::inference {

struct TokenGrid {
    int64_t height, width;
};

class TokenMerging {
public:
    // Merges `count` of the `tokens` [batch, height * width, dim], compared by their angles. Which token of each box
    // stays is drawn from `generator`.
    TokenMerging(const Tensor& tokens, TokenGrid grid, int64_t count, at::Generator& generator);

    // [batch, tokens - count, dim]: those left alone, then those that stayed, each the mean of what is in it.
    Tensor merge(const Tensor& tokens) const;
    // Every token gets what it was merged into.
    Tensor unmerge(const Tensor& merged) const;

private:
    struct Parts {
        Tensor moving, staying;
    };
    Parts split(const Tensor& tokens) const;

    int64_t total_ = 0, count_ = 0;
    Tensor moving_, staying_;       // [1, n, 1]: their places in the picture
    Tensor alone_, merged_, into_;  // [batch, n, 1]: places among the moving, and among the staying ones
};

}  // namespace easel::inference
