#include "inference/vae/cascade/stage_c.hpp"

#include "base/error.hpp"

#include <array>
#include <string>

namespace easel::inference {
namespace {

constexpr double backbone_eps = 1e-3, usual_eps = 1e-5;

// Of EfficientNet V2-S, by its stages.
constexpr std::array<int64_t, 6> stage_strides{1, 2, 2, 2, 1, 2};

constexpr std::string_view encoder_mark = "backbone.1.0.block.0.1.running_mean",
                           previewer_mark = "blocks.11.running_mean";

}  // namespace

AutoencoderStageC::Statistics::Statistics(const Weights& w, double eps_)
    : weight(w.maybe("weight")), bias(w.maybe("bias")), mean(w["running_mean"]), variance(w["running_var"]), eps(eps_) {
}

Tensor AutoencoderStageC::Statistics::operator()(const Tensor& x) const {
    return at::batch_norm(x, weight.like(x), bias.like(x), mean.like(x), variance.like(x), /*training=*/false,
                          /*momentum=*/0.0, eps, /*cudnn_enabled=*/false);
}

AutoencoderStageC::NormedConv::NormedConv(const Weights& w, int64_t stride_)
    : weight(w["0.weight"]), norm(w / 1, backbone_eps), stride(stride_) {}

Tensor AutoencoderStageC::NormedConv::operator()(const Tensor& x) const {
    const int64_t padding = weight.size(2) / 2, groups = x.size(1) / weight.size(1);
    return norm(at::conv2d(x, weight.like(x), {}, {stride, stride}, {padding, padding}, {1, 1}, groups));
}

Tensor AutoencoderStageC::Excitation::operator()(const Tensor& x) const {
    const Tensor whole = x.mean({2, 3}, /*keepdim=*/true);
    return x * at::sigmoid(out(at::silu(in(whole))));
}

AutoencoderStageC::EncoderBlock::EncoderBlock(const Weights& w, int64_t stride) : ends_active(w.count() == 1) {
    for (int64_t i = 0; i < w.count(); ++i) {
        if (w.contains(std::to_string(i) + ".fc1.weight"))
            layers.emplace_back(Excitation(w / i));
        else
            layers.emplace_back(NormedConv(w / i, w[std::to_string(i) + ".0.weight"].size(2) == 1 ? 1 : stride));
    }
    const Weight first = w["0.0.weight"], last = w[std::to_string(w.count() - 1) + ".0.weight"];
    is_residual = stride == 1 && first.size(1) == last.size(0);
}

Tensor AutoencoderStageC::EncoderBlock::operator()(const Tensor& x) const {
    Tensor h = x;
    for (std::size_t i = 0; i < layers.size(); ++i) {
        h = std::visit([&](const auto& layer) { return layer(h); }, layers[i]);
        const bool is_active = i + 1 < layers.size() || ends_active;
        if (is_active && std::holds_alternative<NormedConv>(layers[i])) h = at::silu(h);
    }
    return is_residual ? x + h : h;
}

AutoencoderStageC::Encoder::Encoder(const Weights& w)
    : first(w / "backbone" / 0, 2), last(w / "backbone" / (w.count("backbone") - 1), 1), mapper(w / "mapper" / 0),
      mapper_norm(w / "mapper" / 1, usual_eps), mean(w.maybe("mean")), deviation(w.maybe("std")) {
    for (std::size_t stage = 0; stage < stage_strides.size(); ++stage) {
        const Weights stack = w / "backbone" / static_cast<int64_t>(stage + 1);
        for (int64_t i = 0; i < stack.count(); ++i)
            blocks.emplace_back(stack / i / "block", i == 0 ? stage_strides[stage] : 1);
    }
}

Tensor AutoencoderStageC::Encoder::operator()(const Tensor& pixels) const {
    constexpr std::array usual_mean{0.485F, 0.456F, 0.406F}, usual_deviation{0.229F, 0.224F, 0.225F};
    const auto per_channel = [&](const Weight& given, const std::array<float, 3>& usual) {
        const Tensor values = given ? given.like(pixels) : at::tensor(at::ArrayRef<float>(usual)).to(pixels.options());
        return values.view({3, 1, 1});
    };
    Tensor h = (pixels * 0.5 + 0.5 - per_channel(mean, usual_mean)) / per_channel(deviation, usual_deviation);
    h = at::silu(first(h));
    for (const EncoderBlock& block : blocks)
        h = block(h);
    return mapper_norm(mapper(at::silu(last(h))));
}

AutoencoderStageC::Previewer::Previewer(const Weights& w) : blocks(w / "blocks") {
    constexpr int64_t most = 64;
    for (int64_t i = 0; i < most; ++i) {
        const Weights layer = blocks / i;
        if (layer.contains("running_mean"))
            layers.emplace_back(Statistics(layer, usual_eps));
        else if (layer.contains("weight") && layer["weight"].size(2) == 2)
            layers.emplace_back(layer);
        else if (layer.contains("weight"))
            layers.emplace_back(Conv2d(layer));
    }
}

Tensor AutoencoderStageC::Previewer::operator()(Tensor x) const {
    for (std::size_t i = 0; i < layers.size(); ++i) {
        if (const auto* norm = std::get_if<Statistics>(&layers[i])) {
            x = (*norm)(x);
            continue;
        }
        if (const auto* conv = std::get_if<Conv2d>(&layers[i])) {
            x = (*conv)(x);
        } else {
            const Weights& widening = std::get<Weights>(layers[i]);
            x = at::conv_transpose2d(x, widening["weight"].like(x), widening["bias"].like(x), {2, 2});
        }
        if (i + 1 < layers.size()) x = at::gelu(x);
    }
    return (x - 0.5) * 2.0;
}

bool AutoencoderStageC::matches(const Weights& w) {
    return w.contains(encoder_mark) || w.contains(previewer_mark) || (w / "encoder").contains(encoder_mark);
}

AutoencoderStageC::AutoencoderStageC(const Weights& w) : weights_(w) {
    if (w.contains(encoder_mark)) encoder_.emplace(w);
    if (w.contains(previewer_mark)) previewer_.emplace(w);
    if (w.has_part("encoder")) encoder_.emplace(w / "encoder");
    if (w.has_part("previewer")) previewer_.emplace(w / "previewer");
}

Tensor AutoencoderStageC::prepare(const Tensor& x) const {
    return x.to(weights_.device(), weights_.compute_dtype()).contiguous(at::MemoryFormat::ChannelsLast);
}

Tensor AutoencoderStageC::encode(const Tensor& pixels) const {
    if (!encoder_) throw UserError(weights_.origin() + " has no encoder: load Stable Cascade's effnet_encoder instead");
    return (*encoder_)(prepare(pixels)).to(at::kFloat).contiguous();
}

Tensor AutoencoderStageC::decode(const Tensor& latent) const {
    if (!previewer_) throw UserError(weights_.origin() + " has no decoder: load Stable Cascade's previewer instead");
    return (*previewer_)(prepare(latent)).to(at::kFloat).contiguous();
}

}  // namespace easel::inference
