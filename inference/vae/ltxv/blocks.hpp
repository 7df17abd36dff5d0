// The parts of LTX's video autoencoder (Lightricks 2024): convolutions over time and space, residual blocks that may be
// told the time, and changes of resolution that move cells into channels. Activations are [batch, channels, frames, h,
// w].
#pragma once

#include "inference/models/ltxv/layers.hpp"
#include "inference/weights/weights.hpp"

#include <array>
#include <memory>
#include <optional>
#include <vector>

namespace easel::inference::ltxv_vae {

// What is said of a whole autoencoder, in its "config".
struct Style {
    enum class Norm { groups, pixel, layer };
    Norm norm = Norm::groups;
    bool reflects = false;  // how pictures go on beyond their edges: mirrored, or as zeros
};

// What a decoder is told beside the latent.
struct Conditions {
    bool causal = true;              // frames see earlier ones only
    Tensor time;                     // [batch], scaled; undefined where the network is not told
    at::Generator* noise = nullptr;  // for blocks that add noise of their own
};

// A convolution that begins (and, unless causal, ends) with repetitions of the first (last) frame.
struct Conv {
    Weight weight, bias;
    std::array<int64_t, 3> stride;
    bool reflects;

    Conv(const Weights& w, const Style& style, std::array<int64_t, 3> stride_ = {1, 1, 1})
        : weight(w["conv.weight"]), bias(w.maybe("conv.bias")), stride(stride_), reflects(style.reflects) {}
    Tensor operator()(const Tensor& x, bool causal) const;
};

// Normalisation over channels, of one of the three kinds.
struct Norm {
    Style::Norm kind;
    Weight weight, bias;  // [channels], not of pixel norms

    Norm(const Weights& w, std::string_view name, const Style& style);
    Tensor operator()(const Tensor& x) const;
};

struct ResidualBlock {
    Norm norm1, norm2;
    Conv conv1, conv2;
    Weight noise1, noise2;  // [channels, 1, 1], how much of it each channel gets; most blocks have none
    Weight table;  // [4, channels]: offsets to shift and scale of both halves, where the block is told the time
    Weight shortcut, shortcut_bias, shortcut_norm, shortcut_norm_bias;  // where the number of channels changes

    ResidualBlock(const Weights& w, const Style& style);
    // `modulation` [batch, 4 * channels], or undefined.
    Tensor operator()(const Tensor& x, const Tensor& modulation, const Conditions& conditions) const;
};

// How a time becomes shifts and scales: [batch] as [batch, channels * 2 or * 4].
struct TimeLayers {
    Linear in, out;

    explicit TimeLayers(const Weights& w)
        : in(w / "timestep_embedder" / "linear_1"), out(w / "timestep_embedder" / "linear_2") {}
    Tensor operator()(const Tensor& time, at::ScalarType dtype) const;
};

// A step of an encoder or a decoder.
class Stage {
public:
    virtual ~Stage() = default;
    virtual Tensor operator()(const Tensor& x, const Conditions& conditions) const = 0;
};

class ResidualStage : public Stage {
public:
    // `res_blocks.0`, ...; with `time_embedder` where it is told the time.
    ResidualStage(const Weights& w, const Style& style);
    Tensor operator()(const Tensor& x, const Conditions& conditions) const override;

private:
    std::optional<TimeLayers> time_;
    std::vector<ResidualBlock> blocks_;
};

// One residual block that changes the number of channels.
class WideningStage : public Stage {
public:
    WideningStage(const Weights& w, const Style& style) : block_(w, style) {}
    Tensor operator()(const Tensor& x, const Conditions& conditions) const override {
        return block_(x, {}, conditions);
    }

private:
    ResidualBlock block_;
};

// A convolution with a stride.
class StridedStage : public Stage {
public:
    StridedStage(const Weights& w, const Style& style, std::array<int64_t, 3> stride) : conv_(w, style, stride) {}
    Tensor operator()(const Tensor& x, const Conditions&) const override { return conv_(x, /*causal=*/true); }

private:
    Conv conv_;
};

// Groups of cells move into channels, beside a mean of the input that goes around the convolution.
class FoldingStage : public Stage {
public:
    FoldingStage(const Weights& w, const Style& style, std::array<int64_t, 3> stride)
        : conv_(w / "conv", style), stride_(stride) {}
    Tensor operator()(const Tensor& x, const Conditions& conditions) const override;

private:
    Conv conv_;
    std::array<int64_t, 3> stride_;
};

// Channels become groups of cells; `residual` leads the input around the convolution.
class UnfoldingStage : public Stage {
public:
    UnfoldingStage(const Weights& w, const Style& style, std::array<int64_t, 3> stride, bool residual)
        : conv_(w / "conv", style), stride_(stride), residual_(residual) {}
    Tensor operator()(const Tensor& x, const Conditions& conditions) const override;

private:
    Conv conv_;
    std::array<int64_t, 3> stride_;
    bool residual_;
};

// [b, c, f p, h q, w r] as [b, c p q r, f, h, w], and back.
Tensor fold(const Tensor& x, const std::array<int64_t, 3>& by);
Tensor unfold(const Tensor& x, const std::array<int64_t, 3>& by);

}  // namespace easel::inference::ltxv_vae
