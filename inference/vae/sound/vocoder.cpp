#include "inference/vae/sound/vocoder.hpp"

#include <ATen/ops/conv_transpose1d.h>
#include <ATen/ops/kaiser_window.h>
#include <ATen/ops/leaky_relu.h>
#include <ATen/ops/replication_pad1d.h>
#include <ATen/ops/sinc.h>

#include <cmath>
#include <functional>
#include <numbers>
#include <numeric>

namespace easel::inference {
namespace {

constexpr double leak = 0.1, last_leak = 0.01;

// Every channel through the same filter.
Tensor spread(const Tensor& filter, const Tensor& x) { return filter.to(x.options()).expand({x.size(1), 1, -1}); }

Tensor doubled(const Tensor& x, const Tensor& filter) {
    const int64_t taps = filter.size(0), pad = taps / 2 - 1;
    const int64_t left = pad * 2 + (taps - 2) / 2, right = pad * 2 + (taps - 1) / 2;
    const Tensor padded = at::replication_pad1d(x, {pad, pad});
    const Tensor longer = 2.0 * at::conv_transpose1d(padded, spread(filter, x), {}, {2}, {0}, {0}, x.size(1));
    return longer.slice(2, left, longer.size(2) - right);
}

Tensor halved(const Tensor& x, const Tensor& filter) {
    const int64_t taps = filter.size(0);
    const Tensor padded = at::replication_pad1d(x, {taps / 2 - (taps % 2 == 0 ? 1 : 0), taps / 2});
    return at::conv1d(padded, spread(filter, x), {}, {2}, at::IntArrayRef{0}, {1}, x.size(1));
}

// Files call the parts of a BigVGAN differently, and some keep a stage's one lengthening in a list.
Weights lengthening_of(const Weights& w, int64_t stage) {
    const Weights up = w / "ups" / stage;
    return up.has_part("0") ? up / 0 : up;
}

// Of the `half` (0 or 1) of a residual step.
Weights activation_of(const Weights& block, int64_t step, int64_t half) {
    if (block.has_part("activations")) return block / "activations" / (2 * step + half);
    return block / (half == 0 ? "acts1" : "acts2") / step;
}

}  // namespace

Tensor low_pass_filter(double cutoff, double half_width, int64_t taps) {
    const int64_t half = taps / 2;
    const double attenuation = 2.285 * static_cast<double>(half - 1) * std::numbers::pi * 4.0 * half_width + 7.95;
    double beta = 0.0;
    if (attenuation > 50.0)
        beta = 0.1102 * (attenuation - 8.7);
    else if (attenuation >= 21.0)
        beta = 0.5842 * std::pow(attenuation - 21.0, 0.4) + 0.07886 * (attenuation - 21.0);
    const Tensor window = at::kaiser_window(taps, /*periodic=*/false, beta, at::TensorOptions().dtype(at::kFloat));
    const Tensor time = at::arange(-half, -half + taps, at::kFloat) + (taps % 2 == 0 ? 0.5 : 0.0);
    const Tensor filter = 2.0 * cutoff * window * at::sinc(2.0 * cutoff * time);
    return filter / filter.sum();
}

Tensor lengthened(const Tensor& x, int64_t ratio) {
    constexpr double rolloff = 0.99, crossings = 6.0;
    const auto width = static_cast<int64_t>(std::ceil(crossings / rolloff));
    const int64_t taps = 2 * width * ratio + 1;
    const Tensor time =
        (at::arange(taps, at::kFloat) / static_cast<double>(ratio) - static_cast<double>(width)) * rolloff;
    const Tensor window = (time.clamp(-crossings, crossings) * std::numbers::pi / crossings / 2.0).cos().square();
    const Tensor filter = at::sinc(time) * window * rolloff / static_cast<double>(ratio);
    const Tensor padded = at::replication_pad1d(x, {width, width});
    const Tensor longer =
        static_cast<double>(ratio) * at::conv_transpose1d(padded, spread(filter, x), {}, {ratio}, {0}, {0}, x.size(1));
    return longer.slice(2, 2 * width * ratio, longer.size(2) - (taps - ratio));
}

SnakeActivation::SnakeActivation(const Weights& w)
    : alpha_(w["act.alpha"]), beta_(w.contains("act.beta") ? w["act.beta"] : w["act.alpha"]),
      filter_(low_pass_filter(0.25, 0.3, 12)) {
    if (w.contains("upsample.filter")) filter_ = w["upsample.filter"].as(at::kFloat).flatten();
}

Tensor SnakeActivation::operator()(const Tensor& x) const {
    constexpr double eps = 1e-9;
    const Tensor a = alpha_.like(x).exp().view({1, -1, 1}), b = beta_.like(x).exp().view({1, -1, 1});
    const Tensor fast = doubled(x, filter_);
    return halved(fast + (b + eps).reciprocal() * (fast * a).sin().square(), filter_);
}

Vocoder::Vocoder(const Weights& w, VocoderBuild build)
    : build_(std::move(build)), pre_(w / "conv_pre"), post_(w / "conv_post") {
    const bool snake = build_.activation == VocoderBuild::Activation::snake;
    const auto activation = [&](const Weights& part) {
        return snake ? std::make_optional<SnakeActivation>(part) : std::nullopt;
    };
    for (std::size_t i = 0; i < build_.rates.size(); ++i) {
        const Weights up = lengthening_of(w, static_cast<int64_t>(i));
        const int64_t kernel = SoundWeight(up).size(2), rate = build_.rates[i];
        ups_.emplace_back(up, rate, (kernel - rate) / 2);
        for (std::size_t j = 0; j < build_.dilations.size(); ++j) {
            const Weights block = w / "resblocks" / static_cast<int64_t>(i * build_.dilations.size() + j);
            std::vector<Branch> branches;
            for (std::size_t k = 0; k < build_.dilations[j].size(); ++k) {
                const auto index = static_cast<int64_t>(k);
                branches.push_back({.first = Conv1d(block / "convs1" / index, 1, build_.dilations[j][k]),
                                    .second = Conv1d(block / "convs2" / index),
                                    .before_first = activation(activation_of(block, index, 0)),
                                    .before_second = activation(activation_of(block, index, 1))});
            }
            blocks_.push_back(std::move(branches));
        }
    }
    last_ = activation(w.has_part("activation_post") ? w / "activation_post" : w / "act_post");
}

int64_t Vocoder::samples_per_frame() const {
    return std::accumulate(build_.rates.begin(), build_.rates.end(), int64_t{1}, std::multiplies<>());
}

Tensor Vocoder::activated(const Tensor& x, const std::optional<SnakeActivation>& snake) const {
    if (snake) return (*snake)(x);
    return build_.activation == VocoderBuild::Activation::silu ? at::silu(x) : at::leaky_relu(x, leak);
}

Tensor Vocoder::stage(const Tensor& x, std::size_t index) const {
    Tensor sum;
    const std::size_t count = build_.dilations.size();
    for (std::size_t j = 0; j < count; ++j) {
        Tensor h = x;
        for (const Branch& branch : blocks_[index * count + j])
            h = branch.second(activated(branch.first(activated(h, branch.before_first)), branch.before_second)) + h;
        sum = sum.defined() ? sum + h : h;
    }
    return sum / static_cast<double>(count);
}

Tensor Vocoder::operator()(const Tensor& mel) const {
    const bool snake = build_.activation == VocoderBuild::Activation::snake;
    Tensor x = pre_(mel);
    for (std::size_t i = 0; i < ups_.size(); ++i)
        x = stage(ups_[i](snake ? x : activated(x, std::nullopt)), i);
    x = build_.activation == VocoderBuild::Activation::leaky ? at::leaky_relu(x, last_leak) : activated(x, last_);
    x = post_(x);
    switch (build_.end) {
    case VocoderBuild::End::tanh:
        return x.tanh();
    case VocoderBuild::End::clamp:
        return x.clamp(-1.0, 1.0);
    case VocoderBuild::End::none:
        break;
    }
    return x;
}

}  // namespace easel::inference
