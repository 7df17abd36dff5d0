// Chroma Radiance (Lodestone Rock 2025): Chroma over the pixels themselves. The transformer sees large patches; for
// each of them it makes the weights of a small network that maps the patch's pixels and their places to colours.
#pragma once

#include "inference/layers/conv.hpp"
#include "inference/models/chroma/chroma.hpp"

#include <optional>
#include <vector>

namespace easel::inference::chroma {

class Radiance : public DiffusionModel {
public:
    explicit Radiance(const Weights& w);

    Tensor predict(const NetworkInput& input) const override;
    void set_inputs(NetworkInput& input, const Condition& condition, const SamplingTarget& target) const override;
    std::size_t activation_bytes(at::IntArrayRef latent) const override;
    LoraKeys lora_keys() const override;

private:
    // A gated layer whose matrices are made from a patch's features.
    struct PixelBlock {
        Linear generator;
        RmsNorm norm;

        explicit PixelBlock(const Weights& w) : generator(w / "param_generator"), norm(w / "norm") {}
        // `x` [patches, pixels, dim], `features` [patches, features].
        Tensor operator()(const Tensor& x, const Tensor& features) const;
    };

    Tensor pixels_of(const Tensor& picture, const Tensor& features) const;
    Tensor colours(const Tensor& hidden) const;

    Weights weights_;
    Conv2d img_in_;
    int64_t patch_;
    Backbone backbone_;
    Linear pixel_in_;
    std::vector<PixelBlock> pixel_blocks_;
    RmsNorm final_norm_;
    std::optional<Conv2d> final_conv_;
    std::optional<Linear> final_linear_;
    bool text_in_sequence_, predicts_picture_;
};

}  // namespace easel::inference::chroma
