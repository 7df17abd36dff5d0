// The deep compression autoencoder (Chen et al. 2024) that ACE-Step uses on spectrograms: residual convolutions, and
// blocks with linear attention at the lowest resolution.
#pragma once

#include "inference/layers/conv.hpp"
#include "inference/layers/linear.hpp"
#include "inference/layers/norm.hpp"

#include <optional>
#include <variant>
#include <vector>

namespace easel::inference::dcae {

// By the root mean square of every place's channels, scaled and shifted.
struct ChannelNorm {
    RmsNorm norm;
    Weight bias;

    explicit ChannelNorm(const Weights& w) : norm(w, 1e-5), bias(w.maybe("bias")) {}
    Tensor operator()(const Tensor& x) const;
};

struct ResidualBlock {
    Conv2d conv1, conv2;
    ChannelNorm norm;

    explicit ResidualBlock(const Weights& w) : conv1(w / "conv1"), conv2(w / "conv2"), norm(w / "norm") {}
    Tensor operator()(const Tensor& x) const;
};

// Attention whose cost grows with the number of places instead of its square, over features at several scales.
struct LinearAttention {
    struct Scale {
        Weight in, out;
    };
    Linear q, k, v, out;
    std::vector<Scale> scales;
    ChannelNorm norm;

    explicit LinearAttention(const Weights& w);
    Tensor operator()(const Tensor& x) const;
};

struct AttentionBlock {
    LinearAttention attention;
    Conv2d widen, narrow;
    Weight depth, depth_bias;
    ChannelNorm norm;

    explicit AttentionBlock(const Weights& w);
    Tensor operator()(const Tensor& x) const;
};

using Block = std::variant<ResidualBlock, AttentionBlock>;

// Blocks at one resolution, and the change of resolution behind (encoder) or before (decoder) them.
struct Level {
    std::vector<Block> blocks;
    std::optional<Conv2d> change;

    explicit Level(const Weights& w);
    Tensor run(Tensor x) const;
};

class Encoder {
public:
    explicit Encoder(const Weights& w);
    Tensor operator()(const Tensor& x) const;

private:
    Conv2d in_, out_;
    std::vector<Level> levels_;
};

class Decoder {
public:
    explicit Decoder(const Weights& w);
    Tensor operator()(const Tensor& z) const;
    int64_t latent_channels() const { return in_.in_channels(); }

private:
    Conv2d in_, out_;
    ChannelNorm norm_;
    std::vector<Level> levels_;
};

}  // namespace easel::inference::dcae
