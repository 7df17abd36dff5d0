// Kandinsky 5 for pictures and videos (Arkhipkin et al. 2025): picture tokens that attend to themselves and to a text
// which a few blocks of its own refine, all of them scaled and shifted by the time and the pooled prompt. Widths and
// depths are read from the weights.
#pragma once

#include "inference/layers/linear.hpp"
#include "inference/layers/norm.hpp"
#include "inference/layers/rope.hpp"
#include "inference/models/model.hpp"

#include <vector>

namespace easel::inference::kandinsky5 {

struct Attention {
    Linear q, k, v, out;
    RmsNorm q_norm, k_norm;

    explicit Attention(const Weights& w);
    // `x` and `context` [batch, tokens, dim]; without a `rope` positions do not count.
    Tensor operator()(const Tensor& x, const Tensor& context, const Rope* rope) const;
};

struct FeedForward {
    Linear in, out;

    explicit FeedForward(const Weights& w) : in(w / "in_layer"), out(w / "out_layer") {}
    Tensor operator()(const Tensor& x) const { return out(at::gelu(in(x))); }
};

// Of the text.
struct TextBlock {
    Linear modulation;
    Attention attention;
    FeedForward mlp;

    explicit TextBlock(const Weights& w);
    // `time` [batch, width].
    Tensor operator()(const Tensor& x, const Tensor& time, const Rope& rope) const;
};

// Of the picture, with attention to the text.
struct PictureBlock {
    Linear modulation;
    Attention self, cross;
    FeedForward mlp;

    explicit PictureBlock(const Weights& w);
    Tensor operator()(const Tensor& x, const Tensor& text, const Tensor& time, const Rope& rope) const;
};

// Whether a network makes videos: it reads first frames and a mask beside the noise.
bool makes_videos(const Weights& w);

class Kandinsky5 : public DiffusionModel {
public:
    explicit Kandinsky5(const Weights& w);

    // x [batch, channels, (frames,) height, width]. (Kandinsky5.forward)
    Tensor predict(const NetworkInput& input) const override;
    void set_inputs(NetworkInput& input, const Condition& condition, const SamplingTarget& target) const override;
    int64_t concat_channels() const override;
    std::size_t activation_bytes(at::IntArrayRef latent) const override;
    LoraKeys lora_keys() const override { return module_lora_keys(weights_); }

private:
    // The noise and what is beside it, [batch, channels, frames, height, width], whole patches.
    Tensor latent_of(const NetworkInput& input) const;

    Weights weights_;
    Linear time_in_, time_out_, text_in_, pooled_in_, picture_in_;
    LayerNorm text_norm_, pooled_norm_;
    std::vector<TextBlock> text_blocks_;
    std::vector<PictureBlock> picture_blocks_;
    Linear final_modulation_, final_;
};

}  // namespace easel::inference::kandinsky5
