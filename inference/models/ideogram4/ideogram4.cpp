#include "inference/models/ideogram4/ideogram4.hpp"

#include "inference/layers/attention.hpp"
#include "inference/layers/modulation.hpp"
#include "inference/weights/blocks_of.hpp"

#include <cmath>
#include <limits>

namespace easel::inference::ideogram4 {
namespace {

constexpr int64_t head_size = 256;
constexpr int64_t picture_offset = 65536;  // far from any place in a text
constexpr int64_t patch = 2;               // a token's channels are a square of finer cells
constexpr double block_eps = 1e-5, eps = 1e-6;

// Channels come as (finer channel, row, column) in latents and as (row, column, finer channel) in tokens.
Tensor to_tokens(const Tensor& x) {
    return x.unflatten(1, {x.size(1) / (patch * patch), patch, patch})
        .permute({0, 4, 5, 2, 3, 1})
        .flatten(3)
        .flatten(1, 2);
}
Tensor from_tokens(const Tensor& tokens, int64_t rows, int64_t columns) {
    return tokens.reshape({tokens.size(0), rows, columns, patch, patch, -1}).permute({0, 5, 3, 4, 1, 2}).flatten(1, 3);
}

// Places [3, tokens] of text tokens, the same along all axes, and of picture tokens.
Tensor positions(int64_t text_tokens, int64_t rows, int64_t columns) {
    const Tensor text = at::arange(text_tokens, at::kFloat).expand({3, text_tokens});
    const Tensor row = at::arange(rows, at::kFloat).unsqueeze(1).expand({rows, columns}).flatten();
    const Tensor column = at::arange(columns, at::kFloat).expand({rows, columns}).flatten();
    const Tensor picture = at::stack({at::zeros_like(row), row, column}) + static_cast<double>(picture_offset);
    return at::cat({text, picture}, 1);
}

// Of the first sixty frequencies every third is turned by the row and every third by the column. In float32, as the
// model was trained, which at these offsets is coarse. (comfy.text_encoders.llama.precompute_freqs_cis)
Rope rope_of(const Tensor& places) {
    constexpr int64_t mixed = 60;
    constexpr double theta = 5000000.0;
    const Tensor exponent = at::arange(0, head_size, 2, at::kFloat) / static_cast<double>(head_size);
    const Tensor frequency = at::pow(at::Scalar(theta), exponent).reciprocal();
    Tensor angle = at::outer(places[0], frequency);
    for (const int64_t axis : {1, 2})
        angle.slice(1, axis, mixed, 3).copy_(at::outer(places[axis], frequency.slice(0, axis, mixed, 3)));
    return {.cos = angle.cos(), .sin = angle.sin()};
}

// Text that does not count neither sees the rest nor is seen by it.
Tensor segment_mask(const Tensor& text_mask, int64_t picture_tokens) {
    const Tensor counts = at::constant_pad_nd(text_mask.ne(0).to(at::kFloat), {0, picture_tokens}, 1.0);
    const Tensor same = counts.unsqueeze(2).eq(counts.unsqueeze(1));
    return at::zeros(same.sizes(), at::kFloat)
        .masked_fill(same.logical_not(), -static_cast<double>(std::numeric_limits<float>::max()))
        .unsqueeze(1);
}

// Half sines, half cosines of 10,000 times the time: [batch, dim].
Tensor frequencies(const Tensor& time, int64_t dim) {
    const int64_t half = dim / 2;
    const double step = std::log(10000.0) / static_cast<double>(half - 1);
    const Tensor angle = (time * 10000.0).unsqueeze(1) * (at::arange(half, time.options()) * -step).exp();
    return at::cat({angle.sin(), angle.cos()}, 1);
}

}  // namespace

Block::Block(const Weights& w)
    : qkv(w / "attention" / "qkv"), out(w / "attention" / "o"), norm_q(w / "attention" / "norm_q", block_eps),
      norm_k(w / "attention" / "norm_k", block_eps), w1(w / "feed_forward" / "w1"), w2(w / "feed_forward" / "w2"),
      w3(w / "feed_forward" / "w3"), attention_before(w / "attention_norm1", block_eps),
      attention_after(w / "attention_norm2", block_eps), mlp_before(w / "ffn_norm1", block_eps),
      mlp_after(w / "ffn_norm2", block_eps), modulation(w / "adaln_modulation") {}

Tensor Block::operator()(Tensor x, const Tensor& time, const Rope& rope, const Tensor& mask) const {
    const auto steering = modulation(time).chunk(4, -1);  // scale and gate of attention, then of the feed forward
    const auto parts = qkv(attention_before(x) * (steering[0] + 1.0)).chunk(3, -1);
    const auto heads = [](const Tensor& part) { return split_heads(part.contiguous(), part.size(2) / head_size); };
    const Tensor mixed = attention(rotate_halves(norm_q(heads(parts[0])), rope),
                                   rotate_halves(norm_k(heads(parts[1])), rope), heads(parts[2]), mask);
    x = x + steering[1].tanh() * attention_after(out(merge_heads(mixed)));
    const Tensor h = mlp_before(x) * (steering[2] + 1.0);
    return x + steering[3].tanh() * mlp_after(w2(at::silu(w1(h)) * w3(h)));
}

Ideogram4::Ideogram4(const Weights& w)
    : weights_(w), picture_in_(w / "input_proj"), text_in_(w / "llm_cond_proj"), time_in_(w / "t_embedding" / "mlp_in"),
      time_out_(w / "t_embedding" / "mlp_out"), time_narrow_(w / "adaln_proj"), text_norm_(w / "llm_cond_norm", eps),
      roles_(w / "embed_image_indicator"), blocks_(blocks_of<Block>(w / "layers")),
      final_modulation_(w / "final_layer" / "adaln_modulation"), final_(w / "final_layer" / "linear") {}

void Ideogram4::set_inputs(NetworkInput& input, const Condition& condition, const SamplingTarget&) const {
    input.context = condition.cross;
    input.context_repeats = false;
    if (!condition.attention_mask) return;
    const Tensor mask = condition.attention_mask->to(at::kFloat);
    if (mask.sum().item<double>() != static_cast<double>(mask.numel())) input.attention_mask = mask;
}

Tensor Ideogram4::embedded_time(const Tensor& timestep) const {
    const Tensor waves = frequencies(1.0 - timestep, time_in_.in_features()).to(weights_.compute_dtype());
    return at::silu(time_narrow_(time_out_(at::silu(time_in_(waves))))).unsqueeze(1);
}

Tensor Ideogram4::text_tokens(const NetworkInput& input) const {
    const Tensor features = input.context.to(weights_.compute_dtype());
    if (!input.attention_mask.defined()) return text_in_(text_norm_(features));
    const Tensor counts = input.attention_mask.ne(0).unsqueeze(-1).to(features.scalar_type());
    return text_in_(text_norm_(features * counts)) * counts;
}

Tensor Ideogram4::predict(const NetworkInput& input) const {
    const at::ScalarType dtype = weights_.compute_dtype();
    const int64_t rows = input.x.size(2), columns = input.x.size(3), picture_tokens = rows * columns;
    const auto role = [&](int64_t which) { return roles_(at::full({1}, which, at::kLong), dtype); };
    Tensor x = picture_in_(to_tokens(input.x).to(dtype)) + role(1);
    int64_t text_count = 0;
    if (input.context.defined()) {
        const Tensor text = text_tokens(input) + role(0);
        text_count = text.size(1);
        x = at::cat({text, x}, 1);
    }
    const Tensor mask = text_count > 0 && input.attention_mask.defined()
                            ? segment_mask(input.attention_mask, picture_tokens)
                            : Tensor();
    const Tensor time = embedded_time(input.timestep);
    const Rope rope = ropes_.of({text_count, rows, columns}, input.x.device(),
                                [&] { return rope_of(positions(text_count, rows, columns)); });
    for (const Block& block : blocks_)
        x = block(x, time, rope, mask);

    const Tensor own = x.narrow(1, text_count, picture_tokens);
    const Tensor out = final_(plain_layer_norm(own, eps) * (final_modulation_(at::silu(time)) + 1.0));
    return -from_tokens(out.to(at::kFloat), rows, columns).contiguous();
}

std::size_t Ideogram4::activation_bytes(at::IntArrayRef latent) const {
    // The stream, its projections and a gated feed forward network of almost three times the width.
    const int64_t tokens = latent[2] * latent[3] + 512;
    return static_cast<std::size_t>(latent[0] * tokens * picture_in_.out_features() * 14) *
           c10::elementSize(weights_.compute_dtype());
}

}  // namespace easel::inference::ideogram4
