// HunyuanImage 2.1's autoencoder (Tencent 2025): 64 channels, a thirty-second of the size. Resolutions change by moving
// cells into channels and back, around which the input is led, averaged or repeated.
#pragma once

#include "inference/layers/conv.hpp"
#include "inference/layers/norm.hpp"
#include "inference/vae/picture_blocks.hpp"
#include "inference/vae/vae.hpp"

#include <optional>
#include <vector>

namespace easel::inference {

class AutoencoderHunyuanImage : public Autoencoder {
public:
    // `w` holds `encoder.` and `decoder.`; throws MissingWeight.
    explicit AutoencoderHunyuanImage(const Weights& w);

    // The mean of the distribution that the encoder predicts: encoding draws no noise, as in the reference.
    Tensor encode(const Tensor& pixels) const override;
    Tensor decode(const Tensor& latent) const override;
    int64_t latent_channels() const override { return decoder_.conv_in.in_channels(); }
    int64_t downscale_ratio() const override { return int64_t{1} << (decoder_.levels.size() - 1); }

    static bool matches(const Weights& w);

private:
    using ResBlock = picture_vae::ResBlock;
    struct Level {
        std::vector<ResBlock> blocks;
        std::optional<Conv2d> change;

        Level(const Weights& w, const char* change_name);
    };
    struct Coder {
        Conv2d conv_in;
        std::vector<Level> levels;
        ResBlock middle_first;
        picture_vae::Attention attention;
        ResBlock middle_last;
        GroupNorm norm_out;
        Conv2d conv_out;

        Coder(const Weights& w, const char* name, const char* change);
        Tensor middle(const Tensor& x) const { return middle_last(attention(middle_first(x))); }
    };
    Tensor prepare(const Tensor& x) const;

    Weights weights_;
    Coder encoder_, decoder_;
};

}  // namespace easel::inference
