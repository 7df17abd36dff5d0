// LTX-2's autoencoder for sound (Lightricks 2025): log mel spectrograms of both channels become latents, and a vocoder
// makes waveforms of them again, with a second stage that adds the high frequencies in newer files.
#pragma once

#include "inference/layers/conv.hpp"
#include "inference/vae/sound/mel.hpp"
#include "inference/vae/sound/vocoder.hpp"
#include "inference/vae/vae.hpp"

#include <memory>
#include <optional>
#include <vector>

namespace easel::inference {

namespace ltx_audio {

// How convolutions see beyond the ends of a spectrogram [batch, channels, frames, bins].
enum class Causality { none, frames, bins };

struct Norm {
    Weight weight, bias;  // of groups; none: by the root mean square of channels

    explicit Norm(const Weights& w) : weight(w.maybe("weight")), bias(w.maybe("bias")) {}
    Tensor operator()(const Tensor& x) const;
};

struct CausalConv {
    Weight weight, bias;
    Causality causality;

    CausalConv(const Weights& w, Causality causality_)
        : weight(w["conv.weight"]), bias(w.maybe("conv.bias")), causality(causality_) {}
    Tensor operator()(const Tensor& x) const;
};

struct ResidualBlock {
    Norm norm1, norm2;
    CausalConv conv1, conv2;
    std::optional<CausalConv> shortcut;

    ResidualBlock(const Weights& w, Causality causality);
    Tensor operator()(const Tensor& x) const;
};

// Of every place to every other, with one head.
struct Attention {
    Norm norm;
    Conv2d q, k, v, out;

    explicit Attention(const Weights& w) : norm(w / "norm"), q(w / "q"), k(w / "k"), v(w / "v"), out(w / "proj_out") {}
    Tensor operator()(const Tensor& x) const;
};

struct Level {
    std::vector<ResidualBlock> blocks;
    std::vector<Attention> attentions;  // one after each block, or none
    Weight resample, resample_bias;     // of the change of resolution, which the last level has not

    Level(const Weights& w, const char* resample_name, Causality causality);
    Tensor operator()(Tensor x) const;
};

struct Coder {
    CausalConv conv_in, conv_out;
    Norm norm_out;
    std::vector<Level> levels;
    std::vector<ResidualBlock> middle;
    std::optional<Attention> middle_attention;
    Causality causality;

    Coder(const Weights& w, const char* levels_name, const char* resample_name, Causality causality_);
    Tensor through_middle(Tensor x) const;
    Tensor finished(const Tensor& x) const { return conv_out(at::silu(norm_out(x))); }
};

// Makes a waveform of 16 kHz into one of a higher rate: a second vocoder adds what it lacks.
struct Widening {
    Vocoder vocoder;
    Weight basis, mel_basis;  // of the Fourier transform and the mel scale, as the file has them
    int64_t input_rate, output_rate, hop;

    Tensor operator()(Tensor waveform) const;
};

}  // namespace ltx_audio

class AutoencoderLtxAudio : public Autoencoder {
public:
    // `w` is a checkpoint, or a file with `audio_vae.` (or `autoencoder.`) and `vocoder.`; its "config" says how they
    // are built. Throws ModelError without one.
    explicit AutoencoderLtxAudio(const Weights& w);

    // [batch, 2, samples] at 44.1 kHz, and [batch, 8, moments, 16]; decoding gives the rate of `sound`.
    Tensor encode(const Tensor& waveform) const override;
    Tensor decode(const Tensor& latent) const override;
    int64_t latent_channels() const override;
    int64_t downscale_ratio() const override { return 4096; }
    int64_t pixel_channels() const override { return 2; }
    std::optional<SoundFormat> sound() const override;

    // Moments of a sound that lasts as long as so many frames of a video.
    int64_t moments_for(int64_t frames, double frame_rate) const;
    int64_t frequency_bins() const { return mel_.bins / 4; }

    static bool matches(const Weights& w) {
        return w.contains("vocoder.resblocks.0.convs1.0.weight") ||
               w.contains("vocoder.vocoder.resblocks.0.convs1.0.weight");
    }

private:
    struct Build;
    AutoencoderLtxAudio(const Weights& w, const Build& build);
    static std::optional<ltx_audio::Widening> widening(const Weights& w, const Build& build);

    Weights weights_;
    MelScale mel_;
    Spectrogram spectrogram_;
    ltx_audio::Coder encoder_, decoder_;
    Weight mean_, deviation_;  // [channels * bins]
    Vocoder vocoder_;
    std::optional<ltx_audio::Widening> widening_;
    std::optional<int64_t> output_rate_;
};

}  // namespace easel::inference
