#include "inference/audio/encoder/wav2vec2.hpp"

#include "inference/layers/attention.hpp"
#include "inference/weights/blocks_of.hpp"

#include <array>

namespace easel::inference {
namespace {

constexpr int64_t head_width = 64, groups_around = 16;
constexpr std::array<int64_t, 7> strides{5, 2, 2, 2, 2, 2, 2};

}  // namespace

Wav2Vec2::Convolution::Convolution(const Weights& w)
    : weight(w["conv.weight"]), bias(w.maybe("conv.bias")), scale(w.maybe("layer_norm.weight")),
      shift(w.maybe("layer_norm.bias")) {}

Wav2Vec2::Layer::Layer(const Weights& w)
    : q(w / "attention" / "q_proj"), k(w / "attention" / "k_proj"), v(w / "attention" / "v_proj"),
      out(w / "attention" / "out_proj"), ff_in(w / "feed_forward" / "intermediate_dense"),
      ff_out(w / "feed_forward" / "output_dense"), norm(w / "layer_norm"), norm_ff(w / "final_layer_norm") {}

Wav2Vec2::Wav2Vec2(const Weights& w)
    : is_large_(w.contains("feature_extractor.conv_layers.1.layer_norm.weight")),
      norm_features_(w / "feature_projection" / "layer_norm"), norm_(w / "encoder" / "layer_norm"),
      projection_(w / "feature_projection" / "projection") {
    const Weights convolutions = w / "feature_extractor" / "conv_layers", layers = w / "encoder" / "layers";
    for (std::size_t i = 0; i < strides.size(); ++i)
        convolutions_.emplace_back(convolutions / static_cast<int64_t>(i));
    // The kernel is stored as lengths and directions, by older or newer names.
    const Weights around = w / "encoder" / "pos_conv_embed" / "conv";
    const bool is_old = around.contains("weight_g");
    around_length_ = around[is_old ? "weight_g" : "parametrizations.weight.original0"];
    around_direction_ = around[is_old ? "weight_v" : "parametrizations.weight.original1"];
    around_bias_ = around["bias"];
    layers_ = blocks_of<Layer>(layers);
}

Tensor Wav2Vec2::features(const Tensor& mono) const {
    Tensor x = mono.unsqueeze(1);
    for (std::size_t i = 0; i < strides.size(); ++i) {
        const Convolution& layer = convolutions_[i];
        x = at::conv1d(x, layer.weight.like(x), layer.bias.like(x), strides[i]);
        if (layer.scale && is_large_)
            x = at::layer_norm(x.transpose(1, 2), layer.scale.shape(), layer.scale.like(x), layer.shift.like(x))
                    .transpose(1, 2);
        else if (layer.scale)
            x = at::group_norm(x, x.size(1), layer.scale.like(x), layer.shift.like(x));
        x = at::gelu(x);
    }
    return projection_(norm_features_(x.transpose(1, 2)));
}

Tensor Wav2Vec2::surroundings(const Tensor& x) const {
    const Tensor& direction = around_direction_.like(x);
    const Tensor kernel = direction * (around_length_.like(x) / direction.norm(2, {0, 1}, /*keepdim=*/true));
    const int64_t size = kernel.size(2);
    const Tensor heard = at::conv1d(x.transpose(1, 2), kernel, around_bias_.like(x), 1, size / 2, 1, groups_around);
    return at::gelu(heard.slice(2, 0, x.size(1))).transpose(1, 2);
}

std::vector<Tensor> Wav2Vec2::operator()(const Tensor& waveform) const {
    Tensor mono = waveform.mean(1);
    constexpr double least_variance = 1e-7;
    if (is_large_) mono = (mono - mono.mean()) / (mono.var() + least_variance).sqrt();
    Tensor x = features(mono);
    x = x + surroundings(x);
    if (!is_large_) x = norm_(x);
    const int64_t heads = x.size(2) / head_width;
    std::vector<Tensor> states;
    for (const Layer& layer : layers_) {
        states.push_back(x);
        const Tensor asked = is_large_ ? layer.norm(x) : x;
        x = x + layer.out(attention(layer.q(asked), layer.k(asked), layer.v(asked), heads));
        const auto fed = [&](const Tensor& y) { return layer.ff_out(at::gelu(layer.ff_in(y))); };
        if (is_large_) {
            x = x + fed(layer.norm_ff(x));
        } else {
            x = layer.norm(x);
            x = layer.norm_ff(x + fed(x));
        }
    }
    states.push_back(is_large_ ? norm_(x) : x);
    return states;
}

}  // namespace easel::inference
