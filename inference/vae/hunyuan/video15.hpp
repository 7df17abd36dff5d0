// HunyuanVideo 1.5's autoencoder, which HunyuanImage's refiner uses as well: 32 channels, a sixteenth of the size, four
// frames become one but for the first. Resolutions change by moving cells into channels and back, around which the
// input is led, averaged or repeated.
#pragma once

#include "inference/vae/hunyuan/blocks.hpp"
#include "inference/vae/vae.hpp"

#include <vector>

namespace easel::inference {

class AutoencoderHunyuanVideo15 : public Autoencoder {
public:
    // `w` holds `encoder.` and `decoder.`; throws MissingWeight.
    explicit AutoencoderHunyuanVideo15(const Weights& w);

    // [batch, 3, frames, h, w], of which the first 4 n + 1 frames count, and [batch, 32, n + 1, h / 16, w / 16]. The
    // mean of the predicted distribution, as everywhere.
    Tensor encode(const Tensor& pixels) const override;
    Tensor decode(const Tensor& latent) const override;
    int64_t latent_channels() const override { return decoder_.conv_in.in_channels(); }
    int64_t downscale_ratio() const override { return 16; }
    int64_t dimensions() const override { return 3; }
    int64_t frames_per_latent() const override { return 4; }

    static bool matches(const Weights& w) {
        return w.contains("decoder.conv_in.conv.weight") && w.contains("decoder.mid.block_1.norm1.gamma");
    }

private:
    // Blocks of one resolution, and the way to the next.
    struct Level {
        std::vector<hunyuan_vae::ResBlock> blocks;
        std::optional<hunyuan_vae::CausalConv> change;
        int64_t channels = 0;  // behind the change
        int64_t frames = 1;    // that the change makes one, or makes of one

        // `next` is how many channels the next level takes.
        Level(const Weights& w, const char* name, int64_t next);
    };
    struct Coder {
        hunyuan_vae::CausalConv conv_in;
        std::vector<Level> levels;
        hunyuan_vae::Middle middle;
        hunyuan_vae::Norm norm_out;
        hunyuan_vae::CausalConv conv_out;

        Coder(const Weights& w, const char* name, const char* change);
    };
    static Tensor smaller(const Tensor& x, const Level& level, hunyuan_vae::FrameCarry& carry);
    static Tensor larger(const Tensor& x, const Level& level, hunyuan_vae::FrameCarry& carry);

    Weights weights_;
    Coder encoder_, decoder_;
};

}  // namespace easel::inference
