// JoyAI-Image-Edit (JD 2026): text and pictures in two streams that meet in attention; positions count for the pictures
// alone, each of which has a moment of its own. Widths and depths are read from the weights.
#pragma once

#include "inference/layers/linear.hpp"
#include "inference/layers/norm.hpp"
#include "inference/layers/rope.hpp"
#include "inference/models/model.hpp"

#include <vector>

namespace easel::inference::joyimage {

// One half of a block.
struct Stream {
    Weight modulation;  // [1, 6, dim], added to the step's
    Linear qkv, out, mlp_in, mlp_out;
    RmsNorm q_norm, k_norm;

    // `name` is "img" or "txt".
    Stream(const Weights& w, const std::string& name);
};

struct Block {
    Stream picture, text;

    explicit Block(const Weights& w) : picture(w, "img"), text(w, "txt") {}
    // Changes both streams [batch, tokens, dim]; `time` [batch, 6, dim], `rope` is of the pictures.
    void operator()(Tensor& picture_tokens, Tensor& text_tokens, const Tensor& time, const Rope& rope) const;
};

class JoyImage : public DiffusionModel {
public:
    explicit JoyImage(const Weights& w);

    // (JoyImageTransformer3DModel.forward)
    Tensor predict(const NetworkInput& input) const override;
    void set_inputs(NetworkInput& input, const Condition& condition, const SamplingTarget& target) const override;
    std::size_t activation_bytes(at::IntArrayRef latent) const override;
    LoraKeys lora_keys() const override { return module_lora_keys(weights_); }

private:
    Weights weights_;
    Weight patch_in_, patch_bias_;  // [dim, channels, 1, 2, 2]
    Linear time_in_, time_out_, time_modulation_, text_in_, text_out_;
    std::vector<Block> blocks_;
    Linear final_;
};

}  // namespace easel::inference::joyimage
