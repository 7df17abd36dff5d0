// ACE-Step's autoencoder for music (ACE Studio and StepFun 2025): a deep compression autoencoder on mel spectrograms of
// both channels, and a vocoder.
#pragma once

#include "inference/vae/ace/dcae.hpp"
#include "inference/vae/sound/layers.hpp"
#include "inference/vae/sound/vocoder.hpp"
#include "inference/vae/vae.hpp"

#include <vector>

namespace easel::inference {

namespace ace_vae {

// The part of the vocoder that works at the spectrogram's rate (ConvNeXt, Liu et al. 2022).
struct Backbone {
    struct Norm {
        Weight weight, bias;

        explicit Norm(const Weights& w) : weight(w["weight"]), bias(w["bias"]) {}
        Tensor operator()(const Tensor& x) const;  // [batch, channels, frames]
    };
    struct Block {
        Conv1d depth;
        Weight norm_weight, norm_bias, widen, widen_bias, narrow, narrow_bias, scale;

        explicit Block(const Weights& w);
        Tensor operator()(const Tensor& x) const;
    };
    struct Stage {
        std::vector<Block> blocks;
        Conv1d conv;  // before the blocks
        Norm norm;    // behind the first stage's convolution, before those of the others
    };

    explicit Backbone(const Weights& w);
    Tensor operator()(Tensor x) const;

    std::vector<Stage> stages;
    Norm norm;
};

}  // namespace ace_vae

class AutoencoderAce : public Autoencoder {
public:
    // `w` holds `dcae.` and `vocoder.`.
    explicit AutoencoderAce(const Weights& w);

    // [batch, 2, samples] at 44.1 kHz and [batch, 8, 16, samples / 4096].
    Tensor encode(const Tensor& waveform) const override;
    Tensor decode(const Tensor& latent) const override;
    int64_t latent_channels() const override { return decoder_.latent_channels(); }
    int64_t downscale_ratio() const override { return 4096; }
    int64_t pixel_channels() const override { return 2; }
    std::optional<SoundFormat> sound() const override {
        return SoundFormat{.samples_per_cell = downscale_ratio(), .rows = 16};
    }

    static bool matches(const Weights& w) { return w.contains("vocoder.backbone.channel_layers.0.0.bias"); }

private:
    Weights weights_;
    dcae::Encoder encoder_;
    dcae::Decoder decoder_;
    ace_vae::Backbone backbone_;
    Vocoder head_;
};

}  // namespace easel::inference
