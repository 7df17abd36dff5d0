#include "inference/vision/rt_detr/encoder.hpp"

#include "inference/layers/attention.hpp"
#include "inference/weights/blocks_of.hpp"

namespace easel::inference::rt_detr {
namespace {

// Sines and cosines of a cell's column and row, [1, height * width, dim], as the network was trained: the cells run
// column by column.
Tensor cell_positions(int64_t width, int64_t height, int64_t dim, const at::TensorOptions& options) {
    const int64_t quarter = dim / 4;
    const Tensor frequencies = 1.0 / at::pow(10000.0, at::arange(quarter, options) / static_cast<double>(quarter));
    const auto angles = [&](const Tensor& places) { return places.flatten().unsqueeze(1) * frequencies; };
    const Tensor across = angles(at::arange(width, options).unsqueeze(1).expand({width, height}));
    const Tensor down = angles(at::arange(height, options).expand({width, height}));
    return at::cat({across.sin(), across.cos(), down.sin(), down.cos()}, 1).unsqueeze(0);
}

}  // namespace

Tensor Attention::operator()(const Tensor& x, const Tensor& positions) const {
    const Tensor placed = positions.defined() ? x + positions : x;
    return out(attention(q(placed), k(placed), v(x), heads));
}

Encoder::Conv::Conv(const Weights& w, Activation activation_, int64_t stride_)
    : weight(w["conv.weight"]), bias(w["conv.bias"]), stride(stride_), activation(activation_) {}

Tensor Encoder::Conv::operator()(const Tensor& x) const {
    const Tensor y =
        at::conv2d(x, weight.like(x), bias.like(x), stride, (weight.size(-1) - 1) / 2, 1, x.size(1) / weight.size(1));
    return activation == Activation::silu ? at::silu(y) : y;
}

Encoder::Transformer::Transformer(const Weights& w)
    : attention(w / "self_attn"), in(w / "linear1"), out(w / "linear2"), norm1(w / "norm1"), norm2(w / "norm2") {}

Tensor Encoder::Transformer::operator()(const Tensor& x, const Tensor& positions) const {
    const Tensor y = norm1(x + attention(x, positions));
    return norm2(y + out(at::gelu(in(y))));
}

Encoder::Split::Split(const Weights& w)
    : first(w / 0 / "conv1", Activation::silu), second(w / 0 / "conv2", Activation::silu),
      last(w / 1, Activation::silu) {
    longer = blocks_of<Conv>(w / 0 / "bottlenecks", Activation::silu);
}

Tensor Encoder::Split::operator()(const Tensor& x) const {
    Tensor y = first(x);
    for (const Conv& conv : longer)
        y = conv(y);
    return last(y + second(x));
}

Encoder::Fusion::Fusion(const Weights& w)
    : in(w / "cv1", Activation::silu), one(w / "cv2"), two(w / "cv3"), out(w / "cv4", Activation::silu) {}

Tensor Encoder::Fusion::operator()(const Tensor& x) const {
    const auto halves = in(x).chunk(2, 1);
    const Tensor once = one(halves[1]);
    return out(at::cat({halves[0], halves[1], once, two(once)}, 1));
}

Encoder::Encoder(const Weights& w) {
    inputs_ = blocks_of<Conv>(w / "input_proj", Activation::none);
    transformers_ = blocks_of<Transformer>(w / "encoder" / 0 / "layers");
    for (int64_t i = 0; i < w.count("lateral_convs"); ++i) {
        laterals_.emplace_back(w / "lateral_convs" / i, Activation::none);
        down_.emplace_back(w / "fpn_blocks" / i);
        const Weights halving = w / "downsample_convs" / i / 0;
        halvings_.push_back({Conv(halving / "cv1", Activation::none), Conv(halving / "cv2", Activation::none, 2)});
        up_.emplace_back(w / "pan_blocks" / i);
    }
}

std::vector<Tensor> Encoder::operator()(const std::vector<Tensor>& features) const {
    std::vector<Tensor> levels;
    for (std::size_t i = 0; i < inputs_.size(); ++i)
        levels.push_back(inputs_[i](features[i]));

    Tensor& coarsest = levels.back();
    const int64_t dim = coarsest.size(1), height = coarsest.size(2), width = coarsest.size(3);
    Tensor tokens = coarsest.flatten(2).transpose(1, 2);
    const Tensor positions = cell_positions(width, height, dim, tokens.options());
    for (const Transformer& layer : transformers_)
        tokens = layer(tokens, positions);
    coarsest = tokens.transpose(1, 2).reshape({-1, dim, height, width});

    for (std::size_t i = levels.size() - 1, step = 0; i > 0; --i, ++step) {
        levels[i] = laterals_[step](levels[i]);
        const Tensor larger = at::upsample_nearest2d(levels[i], levels[i - 1].sizes().slice(2));
        levels[i - 1] = down_[step](at::cat({larger, levels[i - 1]}, 1));
    }
    for (std::size_t i = 1; i < levels.size(); ++i) {
        const Downsampling& halving = halvings_[i - 1];
        const Tensor smaller = halving.within(halving.across(levels[i - 1]));
        levels[i] = up_[i - 1](at::cat({smaller, levels[i]}, 1));
    }
    return levels;
}

}  // namespace easel::inference::rt_detr
