#include "inference/vae/ace/dcae.hpp"

#include "inference/weights/blocks_of.hpp"

#include <ATen/ops/pixel_shuffle.h>
#include <ATen/ops/pixel_unshuffle.h>
#include <ATen/ops/upsample_nearest2d.h>

namespace easel::inference::dcae {
namespace {

constexpr int64_t head_size = 32;

// `x` [batch, channels, ...] with every so many channels averaged into one.
Tensor grouped_mean(const Tensor& x, int64_t channels) { return x.unflatten(1, {channels, -1}).mean(2); }

Tensor depthwise(const Tensor& x, const Weight& weight, const Weight& bias) {
    const int64_t padding = weight.size(2) / 2;
    return at::conv2d(x, weight.like(x), bias.like(x), 1, at::IntArrayRef{padding, padding}, 1, weight.size(0));
}

// Half the size, beside a mean of what comes in.
Tensor halved(const Conv2d& conv, const Tensor& x) {
    const Tensor h = at::conv2d(x, conv.weight.like(x), conv.bias.like(x), 2, 1);
    return h + grouped_mean(at::pixel_unshuffle(x, 2), h.size(1));
}

// Twice the size, beside a repetition of what comes in.
Tensor doubled(const Conv2d& conv, const Tensor& x) {
    const Tensor h = conv(at::upsample_nearest2d(x, {x.size(2) * 2, x.size(3) * 2}));
    return h + at::pixel_shuffle(x.repeat_interleave(h.size(1) * 4 / x.size(1), 1), 2);
}

}  // namespace

Tensor ChannelNorm::operator()(const Tensor& x) const {
    const Tensor normal = norm(x.movedim(1, -1));
    return (bias ? normal + bias.like(x) : normal).movedim(-1, 1);
}

Tensor ResidualBlock::operator()(const Tensor& x) const { return norm(conv2(at::silu(conv1(x)))) + x; }

LinearAttention::LinearAttention(const Weights& w)
    : q(w / "to_q"), k(w / "to_k"), v(w / "to_v"), out(w / "to_out"), norm(w / "norm_out") {
    const Weights parts = w / "to_qkv_multiscale";
    for (int64_t i = 0; i < parts.count(); ++i)
        scales.push_back({.in = (parts / i)["proj_in.weight"], .out = (parts / i)["proj_out.weight"]});
}

Tensor LinearAttention::operator()(const Tensor& x) const {
    constexpr double eps = 1e-15;
    const Tensor last = x.movedim(1, -1);
    const Tensor qkv = at::cat({q(last), k(last), v(last)}, 3).movedim(-1, 1).contiguous();
    std::vector<Tensor> features{qkv};
    for (const Scale& scale : scales) {
        const Tensor wide = depthwise(qkv, scale.in, {});
        features.push_back(
            at::conv2d(wide, scale.out.like(wide), {}, 1, at::IntArrayRef{0, 0}, 1, wide.size(1) / scale.out.size(1)));
    }
    const int64_t rows = x.size(2), columns = x.size(3);
    const auto parts =
        at::cat(features, 1).to(at::kFloat).reshape({x.size(0), -1, 3 * head_size, rows * columns}).chunk(3, 2);
    const Tensor query = at::relu(parts[0]), key = at::relu(parts[1]), &value = parts[2];
    Tensor seen;
    if (rows * columns > head_size) {
        // A row of ones counts how much attention there is to share out.
        const Tensor counted = at::constant_pad_nd(value, {0, 0, 0, 1}, 1.0);
        const Tensor sums = at::matmul(at::matmul(counted, key.transpose(-1, -2)), query);
        seen = sums.slice(2, 0, -1) / (sums.slice(2, -1) + eps);
    } else {
        const Tensor scores = at::matmul(key.transpose(-1, -2), query);
        seen = at::matmul(value, scores / (scores.sum(2, /*keepdim=*/true) + eps));
    }
    const Tensor places = seen.to(x.scalar_type()).reshape({x.size(0), -1, rows, columns}).movedim(1, -1);
    return norm(out(places).movedim(-1, 1)) + x;
}

AttentionBlock::AttentionBlock(const Weights& w)
    : attention(w / "attn"), widen(w / "conv_out" / "conv_inverted"), narrow(w / "conv_out" / "conv_point"),
      depth(w["conv_out.conv_depth.weight"]), depth_bias(w["conv_out.conv_depth.bias"]), norm(w / "conv_out" / "norm") {
}

Tensor AttentionBlock::operator()(const Tensor& input) const {
    const Tensor x = attention(input);
    const auto halves = depthwise(at::silu(widen(x)), depth, depth_bias).chunk(2, 1);
    return norm(narrow(halves[0] * at::silu(halves[1]))) + x;
}

Level::Level(const Weights& w) {
    for (int64_t i = 0; i < w.count(); ++i) {
        const Weights part = w / i;
        if (part.has_part("conv"))
            change.emplace(part / "conv");
        else if (part.has_part("attn"))
            blocks.emplace_back(std::in_place_type<AttentionBlock>, part);
        else
            blocks.emplace_back(std::in_place_type<ResidualBlock>, part);
    }
}

Tensor Level::run(Tensor x) const {
    for (const Block& block : blocks)
        x = std::visit([&x](const auto& kind) { return kind(x); }, block);
    return x;
}

Encoder::Encoder(const Weights& w)
    : in_(w / "conv_in"), out_(w / "conv_out"), levels_(blocks_of<Level>(w / "down_blocks")) {}

Tensor Encoder::operator()(const Tensor& x) const {
    Tensor h = in_(x);
    for (const Level& level : levels_) {
        h = level.run(h);
        if (level.change) h = halved(*level.change, h);
    }
    return out_(h) + grouped_mean(h, out_.out_channels());
}

Decoder::Decoder(const Weights& w)
    : in_(w / "conv_in"), out_(w / "conv_out"), norm_(w / "norm_out"), levels_(blocks_of<Level>(w / "up_blocks")) {}

Tensor Decoder::operator()(const Tensor& z) const {
    Tensor h = in_(z) + z.repeat_interleave(in_.out_channels() / in_.in_channels(), 1);
    for (auto level = levels_.rbegin(); level != levels_.rend(); ++level) {
        if (level->change) h = doubled(*level->change, h);
        h = level->run(h);
    }
    return out_(at::relu(norm_(h)));
}

}  // namespace easel::inference::dcae
