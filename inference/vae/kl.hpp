// The autoencoder of latent diffusion (Rombach et al. 2022): convolutions and residual blocks around one attention at
// the lowest resolution. Serves SD1.x, SD2.x and SDXL (4 channels), SD3 and Flux (16) and FLUX.2 (32 channels, of which
// four cells become one with 128): channels, depth and whether there are quantisation convolutions are read from the
// weights. Stable Video Diffusion's decoder has layers over the frames of a video as well.
#pragma once

#include "inference/layers/conv.hpp"
#include "inference/layers/frames.hpp"
#include "inference/layers/norm.hpp"
#include "inference/vae/own_tiling.hpp"
#include "inference/vae/picture_blocks.hpp"
#include "inference/vae/vae.hpp"
#include "inference/weights/weights.hpp"

#include <optional>
#include <vector>

namespace easel::inference {

class AutoencoderKl : public Autoencoder {
public:
    // `w` holds `encoder.` and `decoder.`; throws MissingWeight.
    explicit AutoencoderKl(const Weights& w);

    // The mean of the distribution that the encoder predicts: encoding draws no noise, as in the reference.
    Tensor encode(const Tensor& pixels) const override;
    Tensor decode(const Tensor& latent) const override;
    int64_t latent_channels() const override {
        return decoder_.conv_in.in_channels() * (normaliser_ ? Normaliser::patch * Normaliser::patch : 1);
    }
    int64_t downscale_ratio() const override {
        return (int64_t{1} << (decoder_.levels.size() - 1)) * (normaliser_ ? Normaliser::patch : 1);
    }

private:
    struct ResBlock : picture_vae::ResBlock {
        std::optional<FrameResBlock> over_frames;
        Weight video_share;  // the logit of how much counts what frames are together

        explicit ResBlock(const Weights& w);
        Tensor operator()(const Tensor& x) const;
    };

    struct Middle {
        ResBlock first;
        picture_vae::Attention attention;
        ResBlock last;

        explicit Middle(const Weights& w);
        Tensor operator()(const Tensor& x) const { return last(attention(first(x))); }
    };

    // Blocks of one resolution, and the convolution at the change to the next.
    struct Level {
        std::vector<ResBlock> blocks;
        std::optional<Conv2d> down, up;

        explicit Level(const Weights& w);
    };

    struct Encoder {
        Conv2d conv_in;
        std::vector<Level> levels;
        Middle middle;
        GroupNorm norm_out;
        Conv2d conv_out;

        explicit Encoder(const Weights& w);
        Tensor operator()(Tensor x) const;
    };

    struct Decoder {
        Conv2d conv_in;
        Middle middle;
        std::vector<Level> levels;  // the first is the highest resolution, which is run last
        GroupNorm norm_out;
        Conv2d conv_out;
        std::optional<FrameConv> over_frames;

        explicit Decoder(const Weights& w);
        Tensor operator()(Tensor x) const;
    };

    // FLUX.2's: 2x2 cells become the channels of one, and each channel is normalised by the statistics of its training.
    struct Normaliser {
        static constexpr int64_t patch = 2;
        Weight mean, variance;  // [channels]

        Tensor from_cells(const Tensor& cells) const;  // float32, as all of this
        Tensor to_cells(const Tensor& latent) const;

    private:
        Tensor mean_of(const Tensor& like) const;  // [1, channels, 1, 1]
        Tensor deviation_of(const Tensor& like) const;
    };

    Tensor prepare(const Tensor& x) const;

    Weights weights_;
    Encoder encoder_;
    Decoder decoder_;
    std::optional<Conv2d> quant_, post_quant_;
    std::optional<Normaliser> normaliser_;
};

// With a decoder that takes the members of its batch for the frames of one video.
class AutoencoderVideoKl : public AutoencoderKl, public DecodesTogether {
public:
    using AutoencoderKl::AutoencoderKl;
    static bool matches(const Weights& w) { return w.contains("decoder.mid.block_1.mix_factor"); }
};

}  // namespace easel::inference
