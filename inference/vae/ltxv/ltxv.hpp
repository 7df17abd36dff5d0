// LTX's video autoencoders: 0.9, its successors whose decoder takes the last step of denoising itself, and LTX-2's.
// Eight frames become one, but for the first, which stands for itself; sides shrink to a 32nd.
#pragma once

#include "inference/vae/ltxv/blocks.hpp"
#include "inference/vae/vae.hpp"

#include <memory>
#include <vector>

namespace easel::inference {

class AutoencoderLtxv : public Autoencoder {
public:
    // `w` holds `encoder.`, `decoder.` and `per_channel_statistics.`; how they are built says the file's "config", or,
    // where it has none, their sizes. Throws ModelError for a build that is not known.
    explicit AutoencoderLtxv(const Weights& w);

    // [batch, 3, frames, h, w], of which the first 8 n + 1 frames count, and [batch, 128, n + 1, h / 32, w / 32].
    Tensor encode(const Tensor& pixels) const override;
    // Decoders that denoise draw their noise from a generator of their own, the same each time.
    Tensor decode(const Tensor& latent) const override;
    int64_t latent_channels() const override { return mean_.size(0); }
    int64_t downscale_ratio() const override { return 32; }
    int64_t dimensions() const override { return 3; }
    int64_t frames_per_latent() const override { return 8; }

    // Latents as the network inside makes them, and as everything outside sees them.
    Tensor denormalised(const Tensor& latent) const;
    Tensor normalised(const Tensor& latent) const;

    static bool matches(const Weights& w) {
        return w.contains("decoder.up_blocks.0.res_blocks.0.conv1.conv.weight");
    }

private:
    struct Build;
    AutoencoderLtxv(const Weights& w, const Build& build);

    struct Coder {
        ltxv_vae::Conv conv_in, conv_out;
        ltxv_vae::Norm norm_out;
        std::vector<std::unique_ptr<ltxv_vae::Stage>> stages;
    };
    static Coder encoder(const Weights& w, const Build& build);
    static Coder decoder(const Weights& w, const Build& build);

    Weights weights_;
    Weight mean_, deviation_;  // [128]
    int64_t patch_;            // pixels to a side that the network sees as one
    bool is_causal_, is_told_time_;
    double noise_share_, time_;
    Coder encoder_, decoder_;
};

}  // namespace easel::inference
