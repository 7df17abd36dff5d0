// HunyuanVideo 1.0's autoencoder (Tencent 2024), which Kandinsky 5 uses for videos as well: 16 channels, an eighth of
// the size, four frames become one but for the first. That of latent diffusion with convolutions over time.
#pragma once

#include "inference/vae/hunyuan/blocks.hpp"
#include "inference/vae/vae.hpp"

#include <vector>

namespace easel::inference {

class AutoencoderHunyuanVideo : public Autoencoder {
public:
    // `w` holds `encoder.`, `decoder.`, `quant_conv` and `post_quant_conv`; throws MissingWeight.
    explicit AutoencoderHunyuanVideo(const Weights& w);

    // [batch, 3, frames, h, w], of which the first 4 n + 1 frames count, and [batch, 16, n + 1, h / 8, w / 8]. The mean
    // of the predicted distribution, as everywhere.
    Tensor encode(const Tensor& pixels) const override;
    Tensor decode(const Tensor& latent) const override;
    int64_t latent_channels() const override { return post_quant_.weight.size(1); }
    int64_t downscale_ratio() const override { return 8; }
    int64_t dimensions() const override { return 3; }
    int64_t frames_per_latent() const override { return 4; }

    static bool matches(const Weights& w) {
        return w.contains("decoder.conv_in.conv.weight") && w.contains("decoder.mid.block_1.norm1.weight") &&
               w.contains("decoder.up.0.block.0.conv1.conv.weight");
    }

private:
    // Blocks of one resolution, and the convolution at the change to the next.
    struct Level {
        std::vector<hunyuan_vae::ResBlock> blocks;
        std::optional<hunyuan_vae::CausalConv> down, up;
        bool changes_time;  // whether the change is one of frames as well

        Level(const Weights& w, bool changes_time_);
    };
    struct Coder {
        hunyuan_vae::CausalConv conv_in;
        std::vector<Level> levels;  // the first is the highest resolution
        hunyuan_vae::Middle middle;
        hunyuan_vae::Norm norm_out;
        hunyuan_vae::CausalConv conv_out;

        // `frame_changes` says of which levels the change is one of frames: [first, last).
        Coder(const Weights& w, const char* name, int64_t first_frame_change, int64_t last_frame_change);
    };
    static Tensor enlarged(const Tensor& x, const Level& level, const hunyuan_vae::FrameCarry& carry);

    Weights weights_;
    Coder encoder_, decoder_;
    hunyuan_vae::CellConv quant_, post_quant_;
};

}  // namespace easel::inference
