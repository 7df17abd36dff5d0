// VACE (Jiang et al. 2025): blocks beside those of Wan that watch videos to keep to, and add what they see to some of
// Wan's blocks.
#pragma once

#include "inference/models/wan/blocks.hpp"

#include <optional>
#include <vector>

namespace easel::inference::wan {

struct VaceBlock {
    std::optional<Linear> before;  // of the first block alone
    Block block;
    Linear after;

    explicit VaceBlock(const Weights& w);
};

class Vace {
public:
    // `w` is Wan's network, which has `block_count` blocks of its own.
    Vace(const Weights& w, int64_t block_count);

    // How the videos steer one evaluation. `videos` [batch, count, channels, frames, h, w] with their masks as further
    // channels, `strengths` [batch, count]; `x` [batch, tokens, dim] are Wan's tokens before its first block.
    class Guide {
    public:
        Guide(const Vace& vace, const Tensor& videos, Tensor strengths, Tensor x);
        // What follows Wan's block `index`, for its tokens `x`.
        Tensor after(int64_t index, Tensor x, const Tensor& time, const Rope& rope, const Context& context);

    private:
        const Vace& vace_;
        Tensor first_;                 // Wan's tokens before its first block
        Tensor strengths_;             // [batch, count]
        std::vector<Tensor> watched_;  // tokens of each video, [batch, tokens, dim]
    };

private:
    Weight patch_weight_, patch_bias_;
    std::vector<VaceBlock> blocks_;
    int64_t stride_;  // one of so many blocks of Wan has one of these beside it
};

}  // namespace easel::inference::wan
