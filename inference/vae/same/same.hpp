// The autoencoder of Stable Audio 3 (Stability AI 2026): transformers over short pieces of sound, in which one token
// gathers what sixteen say, and spreads it again.
#pragma once

#include "inference/layers/linear.hpp"
#include "inference/layers/rope.hpp"
#include "inference/vae/sound/layers.hpp"
#include "inference/vae/vae.hpp"

#include <optional>
#include <vector>

namespace easel::inference {

namespace same {

// gamma * tanh(alpha * x) + beta, in place of a norm (Zhu et al. 2025).
struct DynamicTanh {
    Weight alpha, gamma, beta;

    explicit DynamicTanh(const Weights& w) : alpha(w["alpha"]), gamma(w["gamma"]), beta(w["beta"]) {}
    Tensor operator()(const Tensor& x) const;
};

struct Block {
    DynamicTanh attention_norm, query_norm, key_norm, ff_norm;
    Linear qkv, out, ff_in, ff_out;
    Weight frequencies;  // of the positions; half of a head's dimensions turn
    bool is_periodic;    // the gates of the feed forward network are sines

    Block(const Weights& w, bool is_periodic_);
    // `x` [batch, tokens, dim]; `mask` is added to the scores, or undefined.
    Tensor operator()(const Tensor& x, const Tensor& mask) const;

private:
    // The difference of two attentions to the same values (Ye et al. 2024).
    Tensor attended(const Tensor& x, const Tensor& mask) const;
};

// What tells the larger autoencoder from the smaller one.
struct Layout {
    bool slides;           // tokens see those around them; otherwise all in their piece
    int64_t periodic = 0;  // so many blocks less one, the last ones, have sines
};

// Tokens are in groups of the stride; each group has a place for what it becomes.
class Resampling {
public:
    enum class Direction { in, out };
    Resampling(const Weights& w, Direction direction, const Layout& layout);

    // [batch, channels, steps] to a sixteenth of the steps or sixteen times as many, rounded up to whole pieces.
    Tensor operator()(const Tensor& x) const;

private:
    Tensor blocks(Tensor x) const;

    Direction direction_;
    Layout layout_;
    Conv1d mapping_;
    Weight places_;  // [1, 1, dim]
    std::vector<Block> blocks_;
};

}  // namespace same

class AutoencoderSame : public Autoencoder {
public:
    // `w` holds `encoder`, `decoder` and `bottleneck`.
    explicit AutoencoderSame(const Weights& w);

    // [batch, 2, samples] and [batch, 256, samples / 4096]. Decoding gives the same sound each time: the noise of a
    // thousandth that the reference adds to latents is left out.
    Tensor encode(const Tensor& waveform) const override;
    Tensor decode(const Tensor& latent) const override;
    int64_t latent_channels() const override { return to_latent_.out_features(); }
    int64_t downscale_ratio() const override;
    int64_t pixel_channels() const override { return 2; }
    std::optional<SoundFormat> sound() const override;

    static bool matches(const Weights& w) { return w.contains("decoder.layers.3.transformers.0.pre_norm.alpha"); }

private:
    Weights weights_;
    same::Resampling in_, out_;
    Linear to_latent_, from_latent_;
    Weight scale_, shift_, deviation_;
};

}  // namespace easel::inference
