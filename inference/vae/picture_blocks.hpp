// What autoencoders of pictures have in common since latent diffusion's (Rombach et al. 2022): residual blocks and one
// attention. Activations are [batch, channels, h, w].
#pragma once

#include "inference/layers/conv.hpp"
#include "inference/layers/norm.hpp"
#include "inference/weights/weights.hpp"

#include <optional>

namespace easel::inference::picture_vae {

inline constexpr double norm_eps = 1e-6;

// Two convolutions, each behind a norm, beside the input or a convolution of it. (ResnetBlock)
struct ResBlock {
    GroupNorm norm1, norm2;
    Conv2d conv1, conv2;
    std::optional<Conv2d> shortcut;

    explicit ResBlock(const Weights& w);
    Tensor operator()(const Tensor& x) const;
};

// Of every cell to every cell, with one head. (AttnBlock)
struct Attention {
    GroupNorm norm;
    Conv2d q, k, v, out;

    explicit Attention(const Weights& w);
    Tensor operator()(const Tensor& x) const;
};

}  // namespace easel::inference::picture_vae
