// Lens (Microsoft 2026): text and picture in two streams over single latent cells, each scaled and shifted by the time.
// The text is what several layers of a language model say, side by side. Widths and depths are read from the weights.
#pragma once

#include "inference/layers/linear.hpp"
#include "inference/layers/norm.hpp"
#include "inference/layers/rope.hpp"
#include "inference/models/model.hpp"

#include <vector>

namespace easel::inference::lens {

// One half of a block.
struct Stream {
    Linear modulation, qkv, out;  // [dim] to [6 * dim], to [3 * dim], to [dim]
    RmsNorm norm_q, norm_k, before_attention, before_feed_forward;
    Linear gate, up, down;

    Tensor feed_forward(const Tensor& x) const;
};

struct Block {
    Stream image, text;

    explicit Block(const Weights& w);
    // Changes both streams [batch, tokens, dim]. `time` [batch, dim] has passed its SiLU. The picture comes first in
    // `rope` and in `mask` (undefined, or added to the scores, [batch, 1, 1, tokens]).
    void operator()(Tensor& image_tokens, Tensor& text_tokens, const Tensor& time, const Rope& rope,
                    const Tensor& mask) const;
};

class Lens : public DiffusionModel {
public:
    explicit Lens(const Weights& w);

    // (LensTransformer2DModel.forward)
    Tensor predict(const NetworkInput& input) const override;
    void set_inputs(NetworkInput& input, const Condition& condition, const SamplingTarget& target) const override;
    std::size_t activation_bytes(at::IntArrayRef latent) const override;
    LoraKeys lora_keys() const override;

private:
    Tensor embedded_text(const Tensor& context) const;

    Weights weights_;
    Linear img_in_, txt_in_;
    std::vector<RmsNorm> txt_norms_;  // one for each layer of the language model
    Linear time_in_, time_out_;
    std::vector<Block> blocks_;
    Linear final_modulation_, final_;
};

}  // namespace easel::inference::lens
