#include "inference/vae/minimax/encoder.hpp"

#include <ATen/ops/conv3d.h>
#include <ATen/ops/reflection_pad3d.h>

namespace easel::inference::minimax_vae {
namespace {

constexpr double norm_eps = 1e-6;
// Of the levels that have a convolution which shrinks: by how much in time. All of them halve both sides.
constexpr std::array<int64_t, 4> time_strides{1, 2, 2, 1};

Tensor silu_of_frames(const GroupNorm& norm, const Tensor& x) {
    const Tensor frames = x.transpose(1, 2);
    return norm.then_silu(frames.flatten(0, 1).contiguous()).view(frames.sizes()).transpose(1, 2);
}

}  // namespace

Tensor CausalConv::operator()(const Tensor& x) const {
    const int64_t taps = weight.size(2);
    if (taps == 1) return at::conv3d(x, weight.like(x), bias.like(x), stride);
    // Of a single frame only the last tap sees anything.
    if (x.size(2) == 1) return at::conv3d(x, weight.like(x).narrow(2, taps - 1, 1).contiguous(), bias.like(x), stride);
    return at::conv3d(at::constant_pad_nd(x, {0, 0, 0, 0, taps - 1, 0}), weight.like(x), bias.like(x), stride);
}

Tensor CausalConv::mirrored(const Tensor& x) const {
    const int64_t margin = weight.size(3) / 2;
    return (*this)(margin == 0 ? x : at::reflection_pad3d(x, {margin, margin, margin, margin, 0, 0}));
}

Residual::Residual(const Weights& w)
    : norm1(w / "norm1", norm_eps), norm2(w / "norm2", norm_eps), conv1(w / "conv1"), conv2(w / "conv2") {
    if (w.has_part("nin_shortcut")) shortcut.emplace(w / "nin_shortcut");
}

Tensor Residual::operator()(const Tensor& x) const {
    const Tensor h = conv2.mirrored(silu_of_frames(norm2, conv1.mirrored(silu_of_frames(norm1, x))));
    return (shortcut ? (*shortcut)(x) : x) + h;
}

Encoder::Encoder(const Weights& w) : in_(w / "conv_in"), out_(w / "conv_out"), norm_(w / "norm_out", norm_eps) {
    std::size_t shrinking = 0;
    for (int64_t i = 0; i < w.count("down"); ++i) {
        const Weights part = w / "down" / i;
        Level level;
        for (int64_t j = 0; j < part.count("block"); ++j)
            level.residuals.emplace_back(part / "block" / j);
        if (part.has_part("downsample")) {
            if (shrinking == time_strides.size())
                throw ModelError(w.origin() + " shrinks pictures more often than MiniMax H3's autoencoder does");
            level.shrink.emplace(part / "downsample" / "conv");
            level.shrink->stride = {time_strides[shrinking++], 2, 2};
        }
        levels_.push_back(std::move(level));
    }
}

Tensor Encoder::operator()(const Tensor& x) const {
    Tensor h = in_.mirrored(x);
    for (const Level& level : levels_) {
        for (const Residual& residual : level.residuals)
            h = residual(h);
        if (level.shrink) h = (*level.shrink)(at::reflection_pad3d(h, {0, 1, 0, 1, 0, 0}));
    }
    return out_.mirrored(silu_of_frames(norm_, h));
}

}  // namespace easel::inference::minimax_vae
