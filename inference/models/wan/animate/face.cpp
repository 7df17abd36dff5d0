#include "inference/models/wan/animate/face.hpp"

#include "inference/layers/attention.hpp"
#include "inference/layers/modulation.hpp"
#include "inference/weights/blocks_of.hpp"

#include <cmath>
#include <numbers>

namespace easel::inference::wan {
namespace {

double by_fan_in(const Weight& weight) {
    int64_t inputs = 1;
    for (const int64_t size : weight.shape().slice(1))
        inputs *= size;
    return 1.0 / std::sqrt(static_cast<double>(inputs));
}

}  // namespace

MotionEncoder::Layer::Layer(const Weights& w, bool halves_)
    : weight((w / (halves_ ? 1 : 0))["weight"]), blur(halves_ ? (w / 0)["kernel"] : Weight()),
      bend_bias((w / (halves_ ? 2 : 1)).maybe("bias")), halves(halves_) {}

Tensor MotionEncoder::Layer::operator()(Tensor x) const {
    const int64_t kernel = weight.size(3);
    if (halves) {
        const int64_t pad = kernel == 1 ? 1 : 2, channels = x.size(1);
        const Tensor smooth = blur.like(x).flip({0, 1}).expand({channels, 1, -1, -1});
        x = at::conv2d(at::constant_pad_nd(x, {pad, pad, pad, pad}), smooth, {}, 1, at::IntArrayRef(0), 1, channels);
    }
    x = at::conv2d(x, weight.like(x) * by_fan_in(weight), {}, halves ? 2 : 1, halves ? 0 : kernel / 2);
    constexpr double slope = 0.2;
    return bend_bias ? at::leaky_relu(x + bend_bias.like(x), slope) * std::numbers::sqrt2 : x;
}

MotionEncoder::Residual::Residual(const Weights& w)
    : first(w / "conv1", false), second(w / "conv2", true), skip(w / "skip", true) {}

Tensor MotionEncoder::Residual::operator()(const Tensor& x) const {
    return (second(first(x)) + skip(x)) / std::numbers::sqrt2;
}

MotionEncoder::MotionEncoder(const Weights& w)
    : in_(w / "enc" / "net_app" / "convs" / 0, false), directions_((w / "dec" / "direction")["weight"]) {
    const Weights layers = w / "enc" / "net_app" / "convs";
    const int64_t last = layers.count() - 1;
    for (int64_t i = 1; i < last; ++i)
        residuals_.emplace_back(layers / i);
    out_ = (layers / last)["weight"];
    amounts_ = blocks_of<Linear>(w / "enc" / "fc");
}

Tensor MotionEncoder::operator()(const Tensor& faces) const {
    Tensor x = in_(faces);
    for (const Residual& residual : residuals_)
        x = residual(x);
    x = at::conv2d(x, out_.like(x) * by_fan_in(out_)).flatten(1);
    for (const Linear& layer : amounts_)
        x = at::linear(x, layer.weight.like(x) * by_fan_in(layer.weight), layer.bias.like(x));
    constexpr double away_from_singular = 1e-8;
    const Tensor known = directions_.as(at::kFloat, x.device());
    const Tensor directions =
        std::get<0>(at::linalg_qr(known + away_from_singular * at::eye(known.size(0), known.size(1), known.options())));
    return at::matmul(x, directions.t().to(x.scalar_type()));
}

FaceEncoder::FaceEncoder(const Weights& w)
    : first_(w / "conv1_local", 1), second_(w / "conv2", 2), third_(w / "conv3", 2), out_(w / "out_proj"),
      padding_(w["padding_tokens"]) {}

Tensor FaceEncoder::operator()(const Tensor& motion) const {
    const int64_t batch = motion.size(0), width = second_.weight.size(1);
    Tensor x = first_(motion).unflatten(2, {-1, width}).transpose(1, 2).flatten(0, 1);
    x = second_(at::silu(plain_layer_norm(x)));
    x = third_(at::silu(plain_layer_norm(x)));
    x = out_(at::silu(plain_layer_norm(x))).unflatten(0, {batch, -1}).transpose(1, 2);
    return at::cat({x, padding_.like(x).expand({batch, x.size(1), -1, -1})}, 2);
}

FaceBlock::FaceBlock(const Weights& w)
    : q(w / "linear1_q"), kv(w / "linear1_kv"), out(w / "linear2"), norm_q(w / "q_norm", eps),
      norm_k(w / "k_norm", eps) {}

Tensor FaceBlock::operator()(const Tensor& x, const Tensor& face) const {
    const int64_t heads = q.out_features() / head_size, frames = face.size(1);
    const auto both = kv(plain_layer_norm(face)).flatten(0, 1).chunk(2, 2);  // [batch * frames, n, dim]
    const Tensor asking = q(plain_layer_norm(x)).unflatten(1, {frames, -1}).flatten(0, 1);
    const Tensor seen =
        attention(norm_q(split_heads(asking, heads)), norm_k(split_heads(both[0], heads)), split_heads(both[1], heads));
    return out(merge_heads(seen).unflatten(0, {x.size(0), frames}).flatten(1, 2));
}

}  // namespace easel::inference::wan
