// Wan's video autoencoders: 2.1 (16 channels, an eighth of the size; Qwen-Image and Anima use it too) and 2.2 (48
// channels, a sixteenth). Four frames become one, but for the first, which stands for itself.
#pragma once

#include "inference/vae/vae.hpp"
#include "inference/vae/wan/blocks.hpp"

#include <vector>

namespace easel::inference {

class AutoencoderWan : public Autoencoder {
public:
    // `w` holds `encoder.`, `decoder.`, `conv1` and `conv2`; which version it is follows from the layers' grouping.
    explicit AutoencoderWan(const Weights& w);

    // [batch, 3, frames, h, w], of which the first 4 n + 1 frames count, and [batch, channels, n + 1, h / 8, w / 8]
    // (Wan 2.2: a sixteenth). The mean of the predicted distribution, as everywhere.
    Tensor encode(const Tensor& pixels) const override;
    Tensor decode(const Tensor& latent) const override;
    int64_t latent_channels() const override { return post_quant_.weight.size(1); }
    int64_t downscale_ratio() const override { return is_grouped_ ? 16 : 8; }
    int64_t pixel_channels() const override;
    int64_t dimensions() const override { return 3; }
    int64_t frames_per_latent() const override { return 4; }

    static bool matches(const Weights& w) { return w.contains("decoder.middle.0.residual.0.gamma"); }

private:
    struct Coder {
        wan_vae::CausalConv conv_in;
        wan_vae::ChannelNorm norm_out;
        wan_vae::CausalConv conv_out;
        wan_vae::Middle middle;
        std::vector<wan_vae::Stage> stages;

        Coder(const Weights& w, std::string_view layers, wan_vae::Resample::Direction direction, bool is_grouped);
    };
    Tensor encode_chunk(const Tensor& x, wan_vae::FrameMemory& memory) const;
    Tensor decode_chunk(const Tensor& z, wan_vae::FrameMemory& memory) const;

    Weights weights_;
    bool is_grouped_;
    Coder encoder_, decoder_;
    wan_vae::CausalConv quant_, post_quant_;
};

}  // namespace easel::inference
