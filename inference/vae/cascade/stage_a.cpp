#include "inference/vae/cascade/stage_a.hpp"

namespace easel::inference {
namespace {

constexpr int64_t patch = 2;
constexpr double layer_eps = 1e-6, batch_eps = 1e-5;

// Over the channels of each pixel, [batch, channels, height, width].
Tensor pixel_norm(const Tensor& x) {
    return at::layer_norm(x.permute({0, 2, 3, 1}), {x.size(1)}, {}, {}, layer_eps).permute({0, 3, 1, 2});
}

}  // namespace

AutoencoderStageA::Block::Block(const Weights& w)
    : depthwise(w["depthwise.1.weight"]), depthwise_bias(w.maybe("depthwise.1.bias")), in(w / "channelwise" / 0),
      out(w / "channelwise" / 2), mods(w["gammas"]) {}

Tensor AutoencoderStageA::Block::operator()(const Tensor& x) const {
    const Tensor m = mods.like(x);
    const Tensor space = at::replication_pad2d(pixel_norm(x) * (m[0] + 1.0) + m[1], {1, 1, 1, 1});
    const std::vector<int64_t> one{1, 1}, no_padding{0, 0};
    const Tensor near = at::conv2d(space, depthwise.like(x), depthwise_bias.like(x), one, no_padding, one, x.size(1));
    const Tensor h = x + near * m[2];
    const Tensor channels = (pixel_norm(h) * (m[3] + 1.0) + m[4]).permute({0, 2, 3, 1});
    return h + out(at::gelu(in(channels))).permute({0, 3, 1, 2}) * m[5];
}

AutoencoderStageA::AutoencoderStageA(const Weights& w)
    : weights_(w), pixels_in_(w / "in_block" / 1), latent_out_(w / "down_blocks" / (w.count("down_blocks") - 1) / 0),
      latent_norm_(w / "down_blocks" / (w.count("down_blocks") - 1) / 1), latent_in_(w / "up_blocks" / 0 / 0),
      pixels_out_(w / "out_block" / 0) {
    const Weights down = w / "down_blocks", up = w / "up_blocks";
    for (int64_t i = 0; i < down.count() - 1; ++i) {
        if (down.contains(std::to_string(i) + ".gammas"))
            down_.emplace_back(Block(down / i));
        else
            down_.emplace_back(Conv2d(down / i, 2, 1));
    }
    for (int64_t i = 1; i < up.count(); ++i) {
        if (up.contains(std::to_string(i) + ".gammas"))
            up_.emplace_back(Block(up / i));
        else
            up_.emplace_back(Widening(up / i));
    }
}

Tensor AutoencoderStageA::prepare(const Tensor& x) const {
    return x.to(weights_.device(), weights_.compute_dtype()).contiguous(at::MemoryFormat::ChannelsLast);
}

// The network takes and makes pixels in 0..1.
Tensor AutoencoderStageA::encode(const Tensor& pixels) const {
    Tensor h = pixels_in_(prepare(at::pixel_unshuffle((pixels + 1.0) / 2.0, patch)));
    for (const auto& layer : down_)
        h = std::visit([&](const auto& run) { return run(h); }, layer);
    h = latent_out_(h);
    const auto statistic = [&](const char* name) { return latent_norm_[name].like(h); };
    return at::batch_norm(h, statistic("weight"), statistic("bias"), statistic("running_mean"),
                          statistic("running_var"),
                          /*training=*/false, /*momentum=*/0.0, batch_eps, /*cudnn_enabled=*/false)
        .to(at::kFloat)
        .contiguous();
}

Tensor AutoencoderStageA::decode(const Tensor& latent) const {
    Tensor h = latent_in_(prepare(latent));
    for (const auto& layer : up_)
        h = std::visit([&](const auto& run) { return run(h); }, layer);
    return at::pixel_shuffle(pixels_out_(h).to(at::kFloat).contiguous(), patch) * 2.0 - 1.0;
}

}  // namespace easel::inference
