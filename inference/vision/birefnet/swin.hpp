// The Swin transformer (Liu et al. 2021) as a backbone: four pictures of features, each half as large as the one
// before.
#pragma once

#include "inference/layers/conv.hpp"
#include "inference/layers/linear.hpp"
#include "inference/layers/norm.hpp"
#include "inference/upscale/window_attention.hpp"

#include <optional>
#include <vector>

namespace easel::inference::birefnet {

class Swin {
public:
    explicit Swin(const Weights& w);

    // `x` [batch, 3, height, width] gives [batch, dim * 2^i, height / 2^(i + 2), width / 2^(i + 2)] for stage i.
    std::vector<Tensor> operator()(const Tensor& x) const;

private:
    struct Block {
        LayerNorm norm1, norm2;
        WindowAttention attention;
        Linear fc1, fc2;
        int64_t shift;

        Block(const Weights& w, int64_t window, int64_t shift_);
        Tensor operator()(const Tensor& x, const Tensor& mask) const;
    };
    struct Merging {  // four neighbours become one cell
        LayerNorm norm;
        Linear reduction;

        Tensor operator()(const Tensor& x) const;
    };
    struct Stage {
        std::vector<Block> blocks;
        std::optional<Merging> merging;
        LayerNorm norm;  // of what leaves the backbone
    };

    Conv2d patches_;
    LayerNorm patch_norm_;
    int64_t window_;
    std::vector<Stage> stages_;
};

}  // namespace easel::inference::birefnet
