// MiniMax H3's autoencoder for sound: each channel of a stereo waveform for itself, through the encoder of DAC (Kumar
// et al. 2023) and a BigVGAN (Lee et al. 2023) back.
#pragma once

#include "inference/layers/linear.hpp"
#include "inference/layers/norm.hpp"
#include "inference/vae/sound/dac_stages.hpp"
#include "inference/vae/sound/vocoder.hpp"
#include "inference/vae/vae.hpp"

#include <vector>

namespace easel::inference {

namespace minimax_vae {

// x + sin(alpha x)^2 / alpha.
struct Wave {
    Weight alpha;  // [1, channels, 1]

    explicit Wave(const Weights& w) : alpha(w["alpha"]) {}
    Tensor operator()(const Tensor& x) const;
};

// What the encoder hears as few channels, each moment looking back at those before.
class Summary {
public:
    explicit Summary(const Weights& w);
    // [batch, moments, dim] as [batch, moments, channels].
    Tensor operator()(const Tensor& x) const;

private:
    Tensor attend(const Tensor& x) const;

    LayerNorm norm1_, norm2_, norm3_, gate_norm_;
    Linear narrow_, attention_out_, gate_, up_, down_;
    Weight qkv_, q_bias_, k_bias_, v_bias_;
};

}  // namespace minimax_vae

class AutoencoderMinimaxSound : public Autoencoder {
public:
    // `w` holds `encoder`, `pre_block`, `mean_proj`, `dec_in_proj`, `decoder`, `latents_mean` and `latents_std`.
    explicit AutoencoderMinimaxSound(const Weights& w);

    // [batch, 2, samples] and normalised [batch, channels, 2, moments]; samples are filled up with silence.
    Tensor encode(const Tensor& waveform) const override;
    Tensor decode(const Tensor& latent) const override;
    int64_t latent_channels() const override { return mean_.weight.size(0); }
    int64_t downscale_ratio() const override { return samples_per_moment_; }
    int64_t pixel_channels() const override { return 2; }
    std::optional<SoundFormat> sound() const override;

    static bool matches(const Weights& w) { return w.contains("pre_block.attn.zero_k_bias"); }

private:
    Weights weights_;
    Conv1d first_;
    std::vector<dac::DownStage<minimax_vae::Wave>> stages_;
    minimax_vae::Wave activation_;
    Conv1d last_;
    minimax_vae::Summary summary_;
    Conv1d mean_, in_;
    Vocoder vocoder_;
    Weight latent_mean_, latent_deviation_;  // [channels]
    int64_t samples_per_moment_ = 1;
};

}  // namespace easel::inference
