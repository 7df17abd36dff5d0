// Networks that make waveforms of mel spectrograms: HiFi-GAN (Kong et al. 2020) and BigVGAN (Lee et al. 2023), whose
// activations run at twice the rate so that they add no false frequencies.
#pragma once

#include "inference/vae/sound/layers.hpp"

#include <optional>
#include <vector>

namespace easel::inference {

struct VocoderBuild {
    enum class Activation { leaky, silu, snake };
    enum class End { tanh, clamp, none };

    std::vector<int64_t> rates;                   // by how much each stage lengthens
    std::vector<std::vector<int64_t>> dilations;  // of the residual blocks of a stage
    Activation activation = Activation::leaky;
    End end = End::tanh;
};

// x + sin(alpha x)^2 / beta, between a doubling and a halving of the rate.
class SnakeActivation {
public:
    explicit SnakeActivation(const Weights& w);
    Tensor operator()(const Tensor& x) const;

private:
    Weight alpha_, beta_;  // logarithms, [channels]
    Tensor filter_;        // [12], float32
};

class Vocoder {
public:
    // `w` has `conv_pre`, `ups`, `resblocks` and `conv_post`.
    Vocoder(const Weights& w, VocoderBuild build);

    // [batch, bins, frames] as [batch, channels, frames * all rates].
    Tensor operator()(const Tensor& mel) const;
    // All rates multiplied.
    int64_t samples_per_frame() const;

private:
    struct Branch {
        Conv1d first, second;
        std::optional<SnakeActivation> before_first, before_second;
    };
    Tensor activated(const Tensor& x, const std::optional<SnakeActivation>& snake) const;
    Tensor stage(const Tensor& x, std::size_t index) const;

    VocoderBuild build_;
    Conv1d pre_, post_;
    std::vector<ConvTranspose1d> ups_;
    std::vector<std::vector<Branch>> blocks_;  // one after the other, as many for each stage
    std::optional<SnakeActivation> last_;
};

// A filter that lets through what is below `cutoff` (of the sample rate), under a Kaiser window: [taps].
Tensor low_pass_filter(double cutoff, double half_width, int64_t taps);

// `x` at `ratio` times the rate, as torchaudio's resampler would have it but with the ends held. (UpSample1d, "hann")
Tensor lengthened(const Tensor& x, int64_t ratio);

}  // namespace easel::inference
