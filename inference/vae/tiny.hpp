// The tiny autoencoders (TAESD, Boer Bohan 2023): two stacks of convolutions that stand for those of Stable Diffusion,
// SDXL, SD3, Flux or FLUX.2.
#pragma once

#include "inference/layers/conv.hpp"
#include "inference/layers/norm.hpp"
#include "inference/vae/vae.hpp"
#include "inference/weights/weights.hpp"

#include <optional>
#include <string_view>
#include <vector>

namespace easel::inference {

// How the latents of one kind of model relate to those that its tiny autoencoder knows:
// (latent - shift) * scale. FLUX.2's have 2x2 cells in one.
struct TinyVariant {
    std::string_view name;
    double scale = 1.0, shift = 0.0;
    int64_t patch = 1;
};

// The variant with this name ("taesd", "taef1", ...); null when there is none.
const TinyVariant* find_tiny_variant(std::string_view name);
std::vector<std::string_view> tiny_variant_names();

class TinyAutoencoder : public Autoencoder {
public:
    // `w` holds the two files' tensors as `encoder.` and `decoder.`; throws MissingWeight.
    TinyAutoencoder(const Weights& w, const TinyVariant& variant);

    Tensor encode(const Tensor& pixels) const override;
    Tensor decode(const Tensor& latent) const override;
    int64_t latent_channels() const override { return channels_ * variant_.patch * variant_.patch; }
    int64_t downscale_ratio() const override { return 8 * variant_.patch; }

private:
    struct Pool {
        Conv2d in, out;
        GroupNorm norm;
    };
    struct Block {
        Conv2d first, second, third;
        std::optional<Conv2d> skip;
        std::optional<Pool> pool;

        explicit Block(const Weights& w);
        Tensor operator()(Tensor x) const;
    };
    // One place of a stack: a convolution, a block, or what has no weights.
    struct Stage {
        std::optional<Conv2d> conv;
        std::optional<Block> block;
    };

    static std::vector<Stage> stages(const Weights& w, int64_t stride_without_bias);
    Tensor prepared(const Tensor& x) const;

    Weights weights_;
    TinyVariant variant_;
    std::vector<Stage> encoder_, decoder_;
    int64_t channels_;
};

}  // namespace easel::inference
