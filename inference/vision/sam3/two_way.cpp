#include "inference/vision/sam3/two_way.hpp"

#include "inference/layers/attention.hpp"
#include "inference/weights/blocks_of.hpp"

#include <numbers>

namespace easel::inference::sam3 {

Tensor PlaceWaves::operator()(const Tensor& places) const {
    const Tensor angles = at::matmul((places * 2.0 - 1.0) * (2.0 * std::numbers::pi), directions_.like(places));
    return at::cat({angles.sin(), angles.cos()}, -1);
}

Tensor PlaceWaves::of_cells(int64_t height, int64_t width, const at::TensorOptions& options) const {
    const auto middles = [&](int64_t count) { return (at::arange(count, options) + 0.5) / static_cast<double>(count); };
    const Tensor across = middles(width).expand({height, width});
    const Tensor down = middles(height).unsqueeze(1).expand({height, width});
    return (*this)(at::stack({across, down}, -1).view({1, -1, 2}));
}

TwoWay::Cross::Cross(const Weights& w) : q(w / "q_proj"), k(w / "k_proj"), v(w / "v_proj"), out(w / "out_proj") {}

Tensor TwoWay::Cross::operator()(const Tensor& queries, const Tensor& keys, const Tensor& values) const {
    return out(attention(q(queries), k(keys), v(values), attention_heads));
}

TwoWay::Layer::Layer(const Weights& w)
    : self(w / "self_attn"), to_picture(w / "cross_attn_token_to_image"), from_picture(w / "cross_attn_image_to_token"),
      in(w / "mlp" / 0), out(w / "mlp" / 2), norm1(w / "norm1"), norm2(w / "norm2"), norm3(w / "norm3"),
      norm4(w / "norm4") {}

TwoWay::TwoWay(const Weights& w)
    : last_look_(w / "transformer" / "final_attn_token_to_image"), last_norm_(w / "transformer" / "norm_final"),
      widen_first_(w / "output_upscaling" / 0), widen_second_(w / "output_upscaling" / 3),
      widen_norm_(w / "output_upscaling" / 1), fine_(w / "conv_s1"), finest_(w / "conv_s0") {
    layers_ = blocks_of<Layer>(w / "transformer" / "layers");
}

TwoWay::Seen TwoWay::operator()(const Tensor& tokens, const Tensor& picture, const Tensor& places,
                                const std::vector<Tensor>& finer) const {
    Tensor x = tokens, cells = picture.flatten(2).transpose(1, 2);
    for (std::size_t i = 0; i < layers_.size(); ++i) {
        const Layer& layer = layers_[i];
        const Tensor named = x + tokens;
        x = i == 0 ? layer.norm1(layer.self(x, x, x)) : layer.norm1(x + layer.self(named, named, x));
        x = layer.norm2(x + layer.to_picture(x + tokens, cells + places, cells));
        x = layer.norm3(x + layer.out(at::relu(layer.in(x))));
        cells = layer.norm4(cells + layer.from_picture(cells + places, x + tokens, x));
    }
    x = last_norm_(x + last_look_(x + tokens, cells + places, cells));

    Tensor wide = widen_first_(cells.transpose(1, 2).reshape(picture.sizes())) + fine_(finer[1]);
    wide = at::gelu(widen_second_(at::gelu(over_channels(widen_norm_, wide))) + finest_(finer[0]));
    return {.tokens = x, .picture = wide};
}

}  // namespace easel::inference::sam3
