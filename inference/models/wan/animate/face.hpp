// How Wan Animate sees a face: every frame becomes twenty amounts of motion (a StyleGAN 2 discriminator's layers, as in
// LIA, Wang et al. 2022), frames become tokens, and the video's tokens attend to them.
#pragma once

#include "inference/models/wan/blocks.hpp"
#include "inference/models/wan/causal_conv.hpp"

#include <optional>
#include <vector>

namespace easel::inference::wan {

class MotionEncoder {
public:
    explicit MotionEncoder(const Weights& w);
    // Faces [batch, 3, 512, 512] in -1..1 -> [batch, 512].
    Tensor operator()(const Tensor& faces) const;

private:
    // A convolution with weights scaled by their fan-in; halved pictures are blurred before, most are bent after it.
    struct Layer {
        Weight weight, blur, bend_bias;
        bool halves;

        Layer(const Weights& w, bool halves_);
        Tensor operator()(Tensor x) const;
    };
    struct Residual {
        Layer first, second, skip;

        explicit Residual(const Weights& w);
        Tensor operator()(const Tensor& x) const;
    };

    Layer in_;
    std::vector<Residual> residuals_;
    Weight out_;
    std::vector<Linear> amounts_;  // weights scaled by their fan-in as well
    Weight directions_;            // [512, 20]
};

class FaceEncoder {
public:
    explicit FaceEncoder(const Weights& w);
    // [batch, frames, 512] -> [batch, about frames / 4, tokens, dim]
    Tensor operator()(const Tensor& motion) const;

private:
    CausalConv first_, second_, third_;
    Linear out_;
    Weight padding_;  // [1, 1, 1, dim]
};

// Attention from the tokens of each frame to the face's in that frame.
struct FaceBlock {
    Linear q, kv, out;
    RmsNorm norm_q, norm_k;

    explicit FaceBlock(const Weights& w);
    // What is added to `x` [batch, tokens, dim]; `face` [batch, frames, n, dim].
    Tensor operator()(const Tensor& x, const Tensor& face) const;
};

}  // namespace easel::inference::wan
