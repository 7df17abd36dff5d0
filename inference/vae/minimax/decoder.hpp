// The decoder of MiniMax H3's autoencoder for videos: a transformer whose every token becomes 16 by 16 pixels of four
// frames.
#pragma once

#include "inference/layers/linear.hpp"
#include "inference/layers/norm.hpp"
#include "inference/layers/rope.hpp"
#include "inference/weights/weights.hpp"

#include <vector>

namespace easel::inference::minimax_vae {

class Decoder {
public:
    static constexpr int64_t patch = 16, frames = 4;  // pixels of a token's side, frames of a token

    // `w` has `x_embedder`, `register_tokens`, `transformer_blocks`, `norm_out` and `proj_out`.
    explicit Decoder(const Weights& w);

    // [batch, channels, time, rows, columns] as [batch, 3, time * 4, rows * 16, columns * 16].
    Tensor operator()(const Tensor& latent) const;

private:
    struct Block {
        RmsNorm norm1, norm2;
        Linear qkv, out, up, down;
        Weight scale1, scale2;  // [dim], of what each half adds

        explicit Block(const Weights& w);
        // `x` [batch, tokens, dim].
        Tensor operator()(const Tensor& x, const Rope& places) const;
        Tensor attend(const Tensor& x, const Rope& places) const;
    };

    Linear in_, out_;
    Weight registers_;  // [1, tokens, dim], behind those of the video
    std::vector<Block> blocks_;
    LayerNorm norm_;
};

}  // namespace easel::inference::minimax_vae
