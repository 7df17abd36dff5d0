// Deformable convolutions and the blocks of BiRefNet's decoder that are made of them.
#pragma once

#include "inference/layers/batch_norm.hpp"
#include "inference/layers/conv.hpp"

#include <vector>

namespace easel::inference::birefnet {

// A convolution that reads each tap of its kernel from a place of its own, scaled by a factor of its own; both are told
// by convolutions of the same input. (Zhu et al. 2019, Deformable ConvNets v2)
struct DeformableConv {
    Conv2d offset, modulator;
    Weight weight;  // [out, in, kernel, kernel]

    explicit DeformableConv(const Weights& w)
        : offset(w / "offset_conv"), modulator(w / "modulator_conv"), weight(w["regular_conv.weight"]) {}

    Tensor operator()(const Tensor& x) const;
};

// Deformable convolutions of several sizes and the mean of the whole picture, side by side.
class Pyramid {
public:
    explicit Pyramid(const Weights& w);
    Tensor operator()(const Tensor& x) const;

private:
    struct Part {
        DeformableConv conv;
        BatchNorm norm;

        explicit Part(const Weights& w) : conv(w / "atrous_conv"), norm(w / "bn") {}
    };

    std::vector<Part> parts_;
    Conv2d pooled_;
    BatchNorm pooled_norm_;
    Conv2d joined_;
    BatchNorm joined_norm_;
};

struct DecoderBlock {
    Conv2d in, out;
    BatchNorm norm_in, norm_out;
    Pyramid pyramid;

    explicit DecoderBlock(const Weights& w)
        : in(w / "conv_in"), out(w / "conv_out"), norm_in(w / "bn_in"), norm_out(w / "bn_out"), pyramid(w / "dec_att") {
    }

    Tensor operator()(const Tensor& x) const { return norm_out(out(pyramid(at::relu(norm_in(in(x)))))); }
};

}  // namespace easel::inference::birefnet
