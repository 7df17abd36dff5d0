// The autoencoder for sound of Stable Audio (Evans et al. 2024), which ACE-Step 1.5 uses with other strides:
// convolutions with periodic activations, straight on the waveform.
#pragma once

#include "inference/vae/sound/dac_stages.hpp"
#include "inference/vae/vae.hpp"

#include <vector>

namespace easel::inference {

namespace oobleck {

// x + sin(alpha x)^2 / beta, alpha and beta as logarithms.
struct Snake {
    Weight alpha, beta;  // [channels]

    explicit Snake(const Weights& w) : alpha(w["alpha"]), beta(w["beta"]) {}
    Tensor operator()(const Tensor& x) const;
};

}  // namespace oobleck

class AutoencoderOobleck : public Autoencoder {
public:
    // `w` holds `encoder.layers` and `decoder.layers`.
    explicit AutoencoderOobleck(const Weights& w);

    // [batch, 2, samples] and [batch, channels, samples / all strides]. Encoding draws from the distribution that the
    // encoder predicts, the same each time.
    Tensor encode(const Tensor& waveform) const override;
    Tensor decode(const Tensor& latent) const override;
    int64_t latent_channels() const override { return in_.weight.size(1); }
    int64_t downscale_ratio() const override;
    int64_t pixel_channels() const override { return first_.weight.size(1); }
    std::optional<SoundFormat> sound() const override;

    static bool matches(const Weights& w) { return w.contains("decoder.layers.1.layers.0.beta"); }

private:
    Weights weights_;
    Conv1d first_, last_;  // of the encoder
    std::vector<dac::DownStage<oobleck::Snake>> down_;
    oobleck::Snake encoder_activation_;
    Conv1d in_, out_;  // of the decoder
    std::vector<dac::UpStage<oobleck::Snake>> up_;
    oobleck::Snake decoder_activation_;
};

}  // namespace easel::inference
