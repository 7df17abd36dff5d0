// Qwen3-VL's vision tower without its side outputs: a picture as vectors of the language model, one for 32 x 32 pixels.
#pragma once

#include "inference/layers/linear.hpp"
#include "inference/layers/norm.hpp"
#include "inference/models/hidream_o1/sequence.hpp"
#include "inference/weights/weights.hpp"

#include <vector>

namespace easel::inference::hidream_o1 {

class VisionTower {
public:
    // `w` has `patch_embed`, `pos_embed`, `blocks` and `merger`.
    explicit VisionTower(const Weights& w);

    // `picture` [1, 3, height, width] in 0..1, sides whole multiples of 32, as [tokens, dim of the language model].
    // (Qwen35VisionModel.forward)
    Tensor operator()(const Tensor& picture) const;

private:
    struct Block {
        LayerNorm norm1, norm2;
        Linear qkv, out, up, down;

        explicit Block(const Weights& w);
        // `x` [patches, dim]; `cos` and `sin` [patches, head size].
        Tensor operator()(const Tensor& x, const Tensor& cos, const Tensor& sin) const;
    };

    // The learned positions, stretched to the grid, [patches, dim].
    Tensor positions(int64_t rows, int64_t columns, at::ScalarType dtype) const;

    Weights weights_;
    Weight patch_in_, patch_bias_;  // [dim, 3, 2, 16, 16]
    Weight positions_;              // [side * side, dim]
    std::vector<Block> blocks_;
    LayerNorm merger_norm_;
    Linear merger_in_, merger_out_;
};

}  // namespace easel::inference::hidream_o1
