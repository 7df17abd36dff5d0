#include "inference/vision/rt_detr/backbone.hpp"

#include "inference/weights/blocks_of.hpp"

namespace easel::inference::rt_detr {

ConvNorm::ConvNorm(const Weights& w, int64_t stride_, Activation activation_)
    : weight(w["conv.weight"]), norm(w / "bn"), stride(stride_), padding((weight.size(-1) - 1) / 2),
      activation(activation_) {}

Tensor ConvNorm::operator()(const Tensor& x) const {
    const Tensor y = norm(at::conv2d(x, weight.like(x), {}, stride, padding, 1, x.size(1) / weight.size(1)));
    return activation == Activation::relu ? at::relu(y) : y;
}

Backbone::Block::Block(const Weights& w, bool adds_input_) : adds_input(adds_input_) {
    for (int64_t i = 0; i < w.count("layers"); ++i) {
        const Weights layer = w / "layers" / i;
        auto& convs = layers.emplace_back();
        if (layer.has_part("conv1")) {  // a light layer: across the channels, then within each
            convs.emplace_back(layer / "conv1", 1, Activation::none);
            convs.emplace_back(layer / "conv2", 1, Activation::relu);
        } else {
            convs.emplace_back(layer, 1, Activation::relu);
        }
    }
    joined = blocks_of<ConvNorm>(w / "aggregation", 1, Activation::relu);
}

Tensor Backbone::Block::operator()(const Tensor& x) const {
    std::vector<Tensor> all{x};
    for (const auto& layer : layers) {
        Tensor y = all.back();
        for (const ConvNorm& conv : layer)
            y = conv(y);
        all.push_back(y);
    }
    Tensor y = at::cat(all, 1);
    for (const ConvNorm& conv : joined)
        y = conv(y);
    return adds_input ? y + x : y;
}

Backbone::Backbone(const Weights& w)
    : stem1_(w / "stem" / "stem1", 2, Activation::relu), stem2a_(w / "stem" / "stem2a", 1, Activation::relu),
      stem2b_(w / "stem" / "stem2b", 1, Activation::relu), stem3_(w / "stem" / "stem3", 2, Activation::relu),
      stem4_(w / "stem" / "stem4", 1, Activation::relu) {
    for (int64_t i = 0; i < w.count("stages"); ++i) {
        const Weights own = w / "stages" / i;
        Stage stage;
        if (own.has_part("downsample")) stage.downsample.emplace(own / "downsample", 2, Activation::none);
        for (int64_t block = 0; block < own.count("blocks"); ++block)
            stage.blocks.emplace_back(own / "blocks" / block, block > 0);
        stages_.push_back(std::move(stage));
    }
}

// Kernels of two get their zeros behind the picture.
Tensor Backbone::stem(const Tensor& picture) const {
    const auto padded = [](const Tensor& x) { return at::constant_pad_nd(x, {0, 1, 0, 1}); };
    const Tensor x = padded(stem1_(picture));
    const Tensor y = stem2b_(padded(stem2a_(x)));
    const Tensor pooled = at::max_pool2d(x, 2, 1, 0, 1, /*ceil_mode=*/true);
    return stem4_(stem3_(at::cat({pooled, y}, 1)));
}

std::vector<Tensor> Backbone::operator()(const Tensor& picture) const {
    Tensor x = stem(picture);
    std::vector<Tensor> features;
    for (std::size_t i = 0; i < stages_.size(); ++i) {
        if (stages_[i].downsample) x = (*stages_[i].downsample)(x);
        for (const Block& block : stages_[i].blocks)
            x = block(x);
        if (i > 0) features.push_back(x);
    }
    return features;
}

}  // namespace easel::inference::rt_detr
