// MiniMax H3's autoencoder for videos. It works on pieces, in time as in space, and is made for that: seventeen frames
// become five cells, and what follows a piece is decoded together with its beginning.
#pragma once

#include "inference/vae/minimax/decoder.hpp"
#include "inference/vae/minimax/encoder.hpp"
#include "inference/vae/own_tiling.hpp"

#include <functional>

namespace easel::inference {

class AutoencoderMinimaxVideo : public Autoencoder, public TilesItself {
public:
    // `w` holds `encoder`, `decoder`, `quant_conv`, `post_quant_conv` and perhaps `latents_mean` and `latents_std`.
    explicit AutoencoderMinimaxVideo(const Weights& w);

    // 17k + 5 frames become 5k + 2 cells; sides are at least 32 pixels. Latents are normalised. Throws UserError for
    // smaller pictures.
    Tensor encode(const Tensor& pixels) const override;
    Tensor decode(const Tensor& latent) const override;
    // The network tiles by itself, always in the same way.
    Tensor encode_tiled(const Tensor& pixels, const Tiling&) const override { return encode(pixels); }
    Tensor decode_tiled(const Tensor& latent, const Tiling&) const override { return decode(latent); }
    int64_t latent_channels() const override { return after_.weight.size(1); }
    int64_t downscale_ratio() const override { return minimax_vae::Decoder::patch; }
    int64_t dimensions() const override { return 3; }
    int64_t frames_per_latent() const override { return minimax_vae::Decoder::frames; }

    static bool matches(const Weights& w) {
        return w.contains("decoder.transformer_blocks.0.scale1") && w.contains("encoder.down.5.block.0.conv1.weight");
    }

private:
    struct Statistics {
        Tensor mean, deviation;  // [1, channels, 1, 1, 1]
    };
    Statistics statistics(const Tensor& like) const;
    // Colours in -1..1 as the encoder sees them, and what the decoder makes as colours in -1..1.
    Tensor seen(const Tensor& pixels) const;
    Tensor shown(const Tensor& made) const;
    Tensor moments(const Tensor& pixels) const;
    Tensor pieces_of(const Tensor& latent) const;
    Tensor made_of(const Tensor& latent) const;

    Weights weights_;
    minimax_vae::Encoder encoder_;
    minimax_vae::Decoder decoder_;
    minimax_vae::CausalConv before_, after_;  // beside the latents
};

}  // namespace easel::inference
