// CogVideoX's autoencoder (Yang et al. 2024): 16 channels, an eighth of the size, four frames become one but for the
// first of an odd number.
#pragma once

#include "inference/vae/cogvideo/blocks.hpp"
#include "inference/vae/vae.hpp"

#include <optional>
#include <vector>

namespace easel::inference {

class AutoencoderCogVideo : public Autoencoder {
public:
    // `w` holds `encoder.` and `decoder.`; throws MissingWeight.
    explicit AutoencoderCogVideo(const Weights& w);

    // [batch, 3, frames, h, w] and [batch, 16, latent frames, h / 8, w / 8]. The mean of the predicted distribution, as
    // everywhere. (AutoencoderKLCogVideoX)
    Tensor encode(const Tensor& pixels) const override;
    Tensor decode(const Tensor& latent) const override;
    int64_t latent_channels() const override { return decoder_.conv_in.in_channels(); }
    int64_t downscale_ratio() const override { return 8; }
    int64_t dimensions() const override { return 3; }
    int64_t frames_per_latent() const override { return 4; }

    static bool matches(const Weights& w) {
        return w.contains("decoder.conv_in.conv.weight") &&
               w.contains("decoder.mid_block.resnets.0.norm1.norm_layer.weight");
    }

private:
    // Blocks of one resolution, and the way to the next.
    struct Level {
        std::vector<cogvideo_vae::ResBlock> blocks;
        std::optional<cogvideo_vae::Downsample> down;
        std::optional<cogvideo_vae::Upsample> up;

        Level(const Weights& w, bool changes_frames);
        Tensor operator()(const Tensor& x, const Tensor& latent, cogvideo_vae::SeenFrames& seen) const;
    };
    struct Coder {
        cogvideo_vae::CausalConv conv_in;
        std::vector<Level> levels;
        std::vector<cogvideo_vae::ResBlock> middle;
        cogvideo_vae::Norm norm_out;
        cogvideo_vae::CausalConv conv_out;

        Coder(const Weights& w, const char* name);
        Tensor through_middle(Tensor x, const Tensor& latent, cogvideo_vae::SeenFrames& seen) const;
        Tensor finished(const Tensor& x, const Tensor& latent, cogvideo_vae::SeenFrames& seen) const;
    };

    Weights weights_;
    Coder encoder_, decoder_;
};

}  // namespace easel::inference
