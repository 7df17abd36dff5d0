// MiniMax Music 3's decoder for sound, that of DAC (Kumar et al. 2023): each half of a latent's channels is a channel
// of the waveform. There is no encoder.
#pragma once

#include "inference/vae/minimax/sound.hpp"

#include <vector>

namespace easel::inference {

class AutoencoderMinimaxMusic : public Autoencoder {
public:
    // `w` holds `dec_in_proj` and `decoder.model`.
    explicit AutoencoderMinimaxMusic(const Weights& w);

    // Throws UserError: what would make latents of sounds was not published.
    Tensor encode(const Tensor& waveform) const override;
    // [batch, 128, moments] as [batch, 2, moments * 512].
    Tensor decode(const Tensor& latent) const override;
    int64_t latent_channels() const override { return 2 * in_.weight.size(1); }
    int64_t downscale_ratio() const override;
    int64_t pixel_channels() const override { return 2; }
    std::optional<SoundFormat> sound() const override;

    static bool matches(const Weights& w) {
        return w.contains("dec_in_proj.weight") && (w.contains("decoder.model.0.weight_g") ||
                                                    w.contains("decoder.model.0.parametrizations.weight.original0"));
    }

private:
    Weights weights_;
    Conv1d in_, first_, last_;
    std::vector<dac::UpStage<minimax_vae::Wave>> stages_;
    minimax_vae::Wave activation_;
};

}  // namespace easel::inference
