// Stable Cascade's stage A: the autoencoder of a VQGAN with Paella's blocks (Rampas et al. 2022), without its code
// book, which neither direction uses. Four pixels to a cell's side.
#pragma once

#include "inference/layers/conv.hpp"
#include "inference/layers/linear.hpp"
#include "inference/vae/own_tiling.hpp"
#include "inference/vae/vae.hpp"
#include "inference/weights/weights.hpp"

#include <variant>
#include <vector>

namespace easel::inference {

class AutoencoderStageA : public Autoencoder, public LeavesRange {
public:
    static bool matches(const Weights& w) { return w.contains("vquantizer.codebook.weight"); }
    explicit AutoencoderStageA(const Weights& w);

    Tensor encode(const Tensor& pixels) const override;
    Tensor decode(const Tensor& latent) const override;
    int64_t latent_channels() const override { return latent_in_.in_channels(); }
    int64_t downscale_ratio() const override { return 4; }

private:
    // A convolution over space and two layers over channels, each scaled and shifted by learned numbers.
    struct Block {
        Weight depthwise, depthwise_bias;  // [channels, 1, 3, 3], [channels]
        Linear in, out;
        Weight mods;  // [6]

        explicit Block(const Weights& w);
        Tensor operator()(const Tensor& x) const;
    };
    // Doubles the size.
    struct Widening {
        Weight weight, bias;  // [in, out, 4, 4], [out]

        explicit Widening(const Weights& w) : weight(w["weight"]), bias(w.maybe("bias")) {}
        Tensor operator()(const Tensor& x) const { return at::conv_transpose2d(x, weight.like(x), bias.like(x), 2, 1); }
    };

    Tensor prepare(const Tensor& x) const;

    Weights weights_;
    Conv2d pixels_in_;
    std::vector<std::variant<Block, Conv2d>> down_;
    Conv2d latent_out_;
    Weights latent_norm_;
    Conv2d latent_in_;
    std::vector<std::variant<Block, Widening>> up_;
    Conv2d pixels_out_;
};

}  // namespace easel::inference
