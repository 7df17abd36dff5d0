#include "inference/models/minimax_music3/network.hpp"

#include "base/error.hpp"
#include "inference/audio/music_frames.hpp"
#include "inference/layers/attention.hpp"

#include <ATen/ops/upsample_nearest1d.h>

#include <algorithm>
#include <numbers>
#include <string>

namespace easel::inference::minimax_music3 {
namespace {

constexpr const char* scale_name = "conditioning_scale";
constexpr int64_t head_size = 64;
constexpr int64_t frames_at_once = 200, frames_between = 100;  // of a window over a long piece

// Turns the first part of each head, as far as there are angles.
Tensor placed(const Tensor& heads, const Rope& rope) {
    const int64_t size = 2 * rope.cos.size(-1);
    return at::cat({rotate_halves(heads.slice(-1, 0, size), rope), heads.slice(-1, size)}, -1);
}

}  // namespace

Block::Block(const Weights& w)
    : before_attention(w / "pre_norm"), before_feed_forward(w / "ff_norm"), qkv(w / "self_attn" / "to_qkv"),
      out(w / "self_attn" / "to_out"), up(w / "ff" / "ff" / 0 / "proj"), down(w / "ff" / "ff" / 2) {}

Tensor Block::operator()(const Tensor& x, const Rope& rope) const {
    const auto parts = qkv(before_attention(x)).chunk(3, -1);
    const auto heads = [](const Tensor& part) { return split_heads(part, part.size(-1) / head_size); };
    const Tensor q = placed(heads(parts[0]), rope), k = placed(heads(parts[1]), rope);
    const Tensor middle = x + out(merge_heads(attention(q, k, heads(parts[2]))));
    const auto halves = up(before_feed_forward(middle)).chunk(2, -1);
    return middle + down(halves[0] * at::silu(halves[1]));
}

Network::Network(const Weights& w)
    : weights_(w), condition_in_(w / "latent_conditioners" / 0), layer_shares_(w["cond_layer_logits"]),
      layer_scale_(w["cond_layer_scale"]), waves_(w["diffusion_transformer.timestep_features.weight"]),
      time_in_(w / "diffusion_transformer" / "to_timestep_embed" / 0),
      time_out_(w / "diffusion_transformer" / "to_timestep_embed" / 2),
      before_(w / "diffusion_transformer" / "preprocess_conv"),
      behind_(w / "diffusion_transformer" / "postprocess_conv"),
      in_(w / "diffusion_transformer" / "transformer" / "project_in"),
      out_(w / "diffusion_transformer" / "transformer" / "project_out"),
      frequencies_(w["diffusion_transformer.transformer.rotary_pos_emb.inv_freq"]) {
    const Weights layers = w / "diffusion_transformer" / "transformer" / "layers";
    for (int64_t i = 0; i < layers.count(); ++i)
        blocks_.emplace_back(layers / i);
}

void Network::set_inputs(NetworkInput& input, const Condition& condition, const SamplingTarget&) const {
    const int64_t layers = layer_shares_.size(0), width = condition_in_.weight.size(1);
    if (!condition.cross.defined() || condition.cross.size(-1) != layers * width)
        throw UserError("MiniMax Music 3 reads what its language model thought (" + std::to_string(layers * width) +
                        " values a frame): encode caption and lyrics with MiniMaxMusic3TextEncode");
    const auto scale = condition.extra.find(scale_name);
    if (scale == condition.extra.end())
        throw UserError("the conditioning says nothing of its scale: make it with MiniMaxMusic3TextEncode");
    input.context = condition.cross;
    input.context_repeats = false;
    input.extra[scale_name] = scale->second;
}

Tensor Network::aligned(const Tensor& states) const {
    const int64_t frames = states.size(1), layers = layer_shares_.size(0);
    const Tensor shares = at::softmax(layer_shares_.like(states), 0).view({1, 1, layers, 1});
    const Tensor mean = (states.unflatten(2, {layers, -1}) * shares).sum(2);  // [batch, frames, dim]
    const Tensor condition = condition_in_((layer_scale_.like(states) * mean).transpose(1, 2).contiguous());
    return at::upsample_nearest1d(condition, {music_moments(frames)});
}

Tensor Network::run(const Tensor& x, const Tensor& time, const Tensor& condition) const {
    const Tensor all = at::cat({x, at::zeros_like(x), condition}, 1);
    const Tensor tokens = in_((before_(all) + all).transpose(1, 2));  // [batch, moments, dim]
    const Tensor joined = at::cat({time.unsqueeze(1), tokens}, 1);
    const Tensor places = at::arange(joined.size(1), x.options().dtype(at::kFloat));
    const Tensor angles = at::outer(places, frequencies_.like(places));
    const Rope rope{.cos = angles.cos(), .sin = angles.sin()};
    Tensor h = joined;
    for (const Block& block : blocks_)
        h = block(h, rope);
    const Tensor made = out_(h.slice(1, 1)).transpose(1, 2);
    return behind_(made) + made;
}

Tensor Network::predict(const NetworkInput& input) const {
    const at::ScalarType dtype = weights_.compute_dtype();
    const Tensor x = input.x.to(dtype);
    const int64_t moments = x.size(2);
    Tensor condition =
        aligned(input.context.to(dtype)) * input.find(scale_name).to(dtype).slice(1, 0, 1).slice(2, 0, 1);
    condition = condition.size(2) < moments ? at::constant_pad_nd(condition, {0, moments - condition.size(2)})
                                            : condition.slice(2, 0, moments);
    const Tensor share = (1.0 - input.timestep.to(dtype)).unsqueeze(1);  // of the sound
    const Tensor angles = at::matmul(2.0 * std::numbers::pi * share, waves_.like(share).t());
    const Tensor time = time_out_(at::silu(time_in_(at::cat({angles.cos(), angles.sin()}, 1))));

    const int64_t window = music_moments(frames_at_once), step = music_moments(frames_between);
    if (moments <= window) return -run(x, time, condition).to(at::kFloat);
    Tensor sum = at::zeros_like(x), counts = at::zeros({1, 1, moments}, x.options());
    for (int64_t first = 0;; first += step) {
        const int64_t end = std::min(first + window, moments);
        sum.slice(2, first, end).sub_(run(x.slice(2, first, end), time, condition.slice(2, first, end)));
        counts.slice(2, first, end).add_(1.0);
        if (end == moments) break;
    }
    return (sum / counts).to(at::kFloat);
}

std::size_t Network::activation_bytes(at::IntArrayRef latent) const {
    constexpr int64_t copies = 20;  // of the tokens, the wider feed-forward layer among them
    const int64_t tokens = std::min(latent.back(), music_moments(frames_at_once)) + 1;
    return static_cast<std::size_t>(latent[0] * tokens * in_.out_features() * copies) *
           c10::elementSize(weights_.compute_dtype());
}

}  // namespace easel::inference::minimax_music3
