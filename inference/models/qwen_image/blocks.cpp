#include "inference/models/qwen_image/blocks.hpp"

#include "inference/layers/attention.hpp"
#include "inference/layers/modulation.hpp"

#include <cmath>
#include <limits>
#include <utility>

namespace easel::inference::qwen_image {
namespace {

constexpr int64_t head_size = 128;

Modulation modulation_from(const Tensor& values) {
    const auto parts = values.chunk(3, -1);
    return {.shift = parts[0], .scale = parts[1], .gate = parts[2]};
}

Stream image_stream(const Weights& w) {
    const Weights a = w / "attn";
    return {.modulation = Linear(w / "img_mod" / 1),
            .q = Linear(a / "to_q"),
            .k = Linear(a / "to_k"),
            .v = Linear(a / "to_v"),
            .out = Linear(a / "to_out" / 0),
            .norm_q = RmsNorm(a / "norm_q", eps),
            .norm_k = RmsNorm(a / "norm_k", eps),
            .mlp_in = Linear(w / "img_mlp" / "net" / 0 / "proj"),
            .mlp_out = Linear(w / "img_mlp" / "net" / 2)};
}

Stream text_stream(const Weights& w) {
    const Weights a = w / "attn";
    return {.modulation = Linear(w / "txt_mod" / 1),
            .q = Linear(a / "add_q_proj"),
            .k = Linear(a / "add_k_proj"),
            .v = Linear(a / "add_v_proj"),
            .out = Linear(a / "to_add_out"),
            .norm_q = RmsNorm(a / "norm_added_q", eps),
            .norm_k = RmsNorm(a / "norm_added_k", eps),
            .mlp_in = Linear(w / "txt_mlp" / "net" / 0 / "proj"),
            .mlp_out = Linear(w / "txt_mlp" / "net" / 2)};
}

// The time of 0..1 at 128 frequencies, cosines first: [batch, 256]. The factor of 1000 comes last, as in training.
Tensor frequencies(const Tensor& timestep) {
    constexpr int64_t half = 128;
    const Tensor exponent = at::arange(half, timestep.options()) * (-std::log(10000.0)) / static_cast<double>(half);
    const Tensor angle = timestep.unsqueeze(1) * exponent.exp() * 1000.0;
    return at::cat({angle.cos(), angle.sin()}, 1);
}

}  // namespace

Tensor attention_bias(const Tensor& mask, int64_t picture_tokens) {
    const Tensor text = (mask.to(at::kFloat) - 1.0) * static_cast<double>(std::numeric_limits<float>::max());
    return at::constant_pad_nd(text, {0, picture_tokens}).unsqueeze(1).unsqueeze(1);
}

TimeEmbedding::TimeEmbedding(const Weights& w)
    : in(w / "time_text_embed" / "timestep_embedder" / "linear_1"),
      out(w / "time_text_embed" / "timestep_embedder" / "linear_2"),
      layered(w.maybe("time_text_embed.addition_t_embedding.weight")) {}

Tensor TimeEmbedding::operator()(const Tensor& timestep, at::ScalarType dtype) const {
    Tensor time = out(at::silu(in(frequencies(timestep).to(dtype))));
    if (layered) time = time + layered.like(time)[0];
    return at::silu(time);
}

Tensor Modulation::apply(const Tensor& x) const { return modulate(plain_layer_norm(x, eps), scale, shift); }

Stream::Qkv Stream::attend(const Tensor& x) const {
    const auto heads = [](const Tensor& projected) { return split_heads(projected, projected.size(2) / head_size); };
    return {.q = norm_q(heads(q(x))), .k = norm_k(heads(k(x))), .v = heads(v(x))};
}

Tensor Stream::feed_forward(const Tensor& x) const { return mlp_out(at::gelu(mlp_in(x), "tanh")); }

std::pair<Modulation, Modulation> Stream::modulations(const Time& time, int64_t tokens) const {
    Tensor values = modulation(time.of_picture).unsqueeze(1);  // [batch, 1, 6 * dim]
    if (time.of_references.defined() && tokens > time.picture_tokens) {
        const auto repeated = [](const Tensor& value, int64_t count) { return value.expand({-1, count, -1}); };
        values = at::cat({repeated(values, time.picture_tokens),
                          repeated(modulation(time.of_references).unsqueeze(1), tokens - time.picture_tokens)},
                         1);
    }
    const auto halves = values.chunk(2, -1);
    return {modulation_from(halves[0]), modulation_from(halves[1])};
}

Block::Block(const Weights& w) : image(image_stream(w)), text(text_stream(w)) {}

void Block::operator()(Tensor& image_tokens, Tensor& text_tokens, const Time& time, const Rope& rope,
                       const Tensor& mask) const {
    const int64_t text_count = text_tokens.size(1), image_count = image_tokens.size(1);
    const Time of_text{.of_picture = time.of_picture, .of_references = {}};
    const auto [image_first, image_second] = image.modulations(time, image_count);
    const auto [text_first, text_second] = text.modulations(of_text, text_count);

    const Stream::Qkv from_image = image.attend(image_first.apply(image_tokens));
    const Stream::Qkv from_text = text.attend(text_first.apply(text_tokens));
    const Tensor q = rotate_pairs(at::cat({from_text.q, from_image.q}, 2), rope);
    const Tensor k = rotate_pairs(at::cat({from_text.k, from_image.k}, 2), rope);
    const Tensor mixed = merge_heads(attention(q, k, at::cat({from_text.v, from_image.v}, 2), mask));

    image_tokens =
        at::addcmul(image_tokens, image_first.gate, image.out(mixed.narrow(1, text_count, image_count).contiguous()));
    text_tokens = at::addcmul(text_tokens, text_first.gate, text.out(mixed.narrow(1, 0, text_count).contiguous()));
    image_tokens = at::addcmul(image_tokens, image_second.gate, image.feed_forward(image_second.apply(image_tokens)));
    text_tokens = at::addcmul(text_tokens, text_second.gate, text.feed_forward(text_second.apply(text_tokens)));
}

}  // namespace easel::inference::qwen_image
