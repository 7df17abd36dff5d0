#include "inference/vision/sam3/layers.hpp"

#include "inference/layers/attention.hpp"

#include <numbers>

namespace easel::inference::sam3 {
Attention::Attention(const Weights& w)
    : joint_(w.maybe("in_proj_weight")), joint_bias_(w.maybe("in_proj_bias")), out_(w / "out_proj") {
    if (!joint_) apart_ = {Linear(w / "q_proj"), Linear(w / "k_proj"), Linear(w / "v_proj")};
}

Tensor Attention::projected(const Tensor& x, int64_t part) const {
    if (!joint_) return apart_[static_cast<std::size_t>(part)](x);
    const int64_t dim = joint_.size(0) / 3;
    return at::linear(x, joint_.like(x).narrow(0, part * dim, dim), joint_bias_.like(x).narrow(0, part * dim, dim));
}

Tensor Attention::operator()(const Tensor& queries, const Tensor& keys, const Tensor& values,
                             const Tensor& bias) const {
    return out_(attention(projected(queries, 0), projected(keys, 1), projected(values, 2), attention_heads, bias));
}

EncoderLayer::EncoderLayer(const Weights& w)
    : self(w / "self_attn"), cross(w / "cross_attn_image"), in(w / "linear1"), out(w / "linear2"), norm1(w / "norm1"),
      norm2(w / "norm2"), norm3(w / "norm3") {}

Tensor EncoderLayer::operator()(const Tensor& x, const Tensor& places, const Tensor& keys, const Tensor& values,
                                const Tensor& bias) const {
    const Tensor own = norm1(x), placed = places.defined() ? own + places : own;
    Tensor y = x + self(placed, placed, own);
    y = y + cross(norm2(y), keys, values, bias);
    return y + out(at::relu(in(norm3(y))));
}

Tensor waves(const Tensor& values, int64_t dim) {
    const Tensor frequencies = at::pow(10000.0, at::arange(dim / 2, values.options()) / static_cast<double>(dim / 2));
    const Tensor angles = (values * (2.0 * std::numbers::pi)).unsqueeze(-1) / frequencies;
    return at::stack({angles.sin(), angles.cos()}, -1).flatten(-2);
}

Tensor cell_waves(int64_t height, int64_t width, int64_t dim, const at::TensorOptions& options) {
    const auto places = [&](int64_t count) {
        return at::arange(count, options) / (static_cast<double>(count - 1) + 1e-6);
    };
    const int64_t half = dim / 2;
    const Tensor down = waves(places(height), half).unsqueeze(1).expand({height, width, half});
    const Tensor across = waves(places(width), half).unsqueeze(0).expand({height, width, half});
    return at::cat({down, across}, -1).reshape({1, height * width, dim});
}

Tensor rows(const Weight& table, const Tensor& like) {
    return table.like(like).unsqueeze(0).expand({like.size(0), -1, -1});
}

Tensor over_channels(const LayerNorm& norm, const Tensor& x) {
    return norm(x.permute({0, 2, 3, 1})).permute({0, 3, 1, 2});
}

Tensor scaled_masks(const Tensor& masks, int64_t height, int64_t width) {
    return at::upsample_bilinear2d(masks, {height, width}, /*align_corners=*/false);
}

Tensor smoothed_masks(const Tensor& masks, int64_t height, int64_t width) {
    if (masks.size(2) == height && masks.size(3) == width) return masks;
    return at::_upsample_bilinear2d_aa(masks, {height, width}, /*align_corners=*/false);
}

Tensor corners(const Tensor& boxes) {
    const Tensor centre = boxes.narrow(-1, 0, 2), half = boxes.narrow(-1, 2, 2) * 0.5;
    return at::cat({centre - half, centre + half}, -1);
}

}  // namespace easel::inference::sam3
