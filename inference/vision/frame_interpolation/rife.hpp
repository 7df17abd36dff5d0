// RIFE (Huang et al. 2022), versions 4.x: the flow from the wanted moment to both frames, refined from a sixteenth of
// the size to the full one.
#pragma once

#include "inference/vision/frame_interpolation/frame_interpolator.hpp"

#include "inference/layers/conv.hpp"

namespace easel::inference {

class Rife final : public FrameInterpolator {
public:
    explicit Rife(const Weights& w);

    FrameFeatures look(const Tensor& frame) const override;
    Tensor between(const FrameFeatures& first, const FrameFeatures& second,
                   const std::vector<double>& times) const override;
    int64_t side_multiple() const override { return 64; }

private:
    // A transposed convolution, 4x4 with stride 2.
    struct Widening {
        Weight weight, bias;

        explicit Widening(const Weights& w) : weight(w["weight"]), bias(w["bias"]) {}
        Tensor operator()(const Tensor& x) const { return at::conv_transpose2d(x, weight.like(x), bias.like(x), 2, 1); }
    };
    struct Residual {
        Conv2d conv;
        Weight strength;  // [1, channels, 1, 1]
    };
    struct Block {
        Conv2d first, second;
        std::vector<Residual> residuals;
        Widening last;

        explicit Block(const Weights& w);
        // [batch, 13, h, w]: a flow's change, a mask, and features for the next block.
        Tensor operator()(const Tensor& x, const Tensor& flow, double scale) const;
    };

    std::vector<Conv2d> encoder_;
    Widening encoder_out_;
    std::vector<Block> blocks_;
};

}  // namespace easel::inference
