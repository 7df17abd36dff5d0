// The parts of Mage-VAE. Features are [batch, channels, height, width]. (comfy.ldm.mage_flow.vae)
#pragma once

#include "inference/layers/conv.hpp"
#include "inference/layers/linear.hpp"
#include "inference/layers/norm.hpp"
#include "inference/vae/picture_blocks.hpp"

#include <vector>

namespace easel::inference::mage {

// Layer normalisation over the channels of each cell.
Tensor channel_norm(const LayerNorm& norm, const Tensor& x);

// The time that the one step is taken at, which is zero: [1, dim].
struct Step {
    Linear in, out;

    explicit Step(const Weights& w) : in(w / "mlp" / 0), out(w / "mlp" / 2) {}
    Tensor operator()(const Tensor& like) const;
};

// Convolutions within and across cells, whose channels are weighed by their mean over the picture.
struct Mixing {
    Conv2d in;
    Weight around, around_bias;  // [dim, 1, 3, 3]: each channel by itself
    Conv2d out, share;

    explicit Mixing(const Weights& w);
    Tensor operator()(const Tensor& x) const;
};

// With learned norms. (EncoderDiCoBlock)
struct PlainBlock {
    Mixing mixing;
    LayerNorm norm1, norm2;
    Conv2d up, down;

    explicit PlainBlock(const Weights& w);
    Tensor operator()(const Tensor& x) const;
};

// With norms that the time scales and shifts. (DiCoBlock)
struct Block {
    Mixing mixing;
    Conv2d up, down;
    Linear modulation;

    explicit Block(const Weights& w);
    // `time` [1, dim].
    Tensor operator()(const Tensor& x, const Tensor& time) const;
};

using picture_vae::ResBlock;

// Self attention within windows of 32 x 32 cells; what a window lacks at the border repeats it.
struct WindowAttention : picture_vae::Attention {
    using picture_vae::Attention::Attention;
    Tensor operator()(const Tensor& x) const;
};

// The pixels of each patch from features of the patch and of its pixels. (NerfEmbedder, SimpleMLPAdaLN, NerfFinalLayer)
struct PatchDecoder {
    struct Layer {
        LayerNorm norm;
        Linear in, out, modulation;
        explicit Layer(const Weights& w);
        Tensor operator()(const Tensor& x, const Tensor& features) const;
    };
    Linear embed, pixel_in, patch_in;
    std::vector<Layer> layers;
    RmsNorm norm;
    Linear out;

    explicit PatchDecoder(const Weights& w);
    // `pixels` [patches, pixels of a patch, channels] and `patches` [patches, dim] as [patches, pixels, 3].
    Tensor operator()(const Tensor& pixels, const Tensor& patches) const;
};

}  // namespace easel::inference::mage
