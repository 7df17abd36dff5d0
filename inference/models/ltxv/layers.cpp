#include "inference/models/ltxv/layers.hpp"

#include "inference/layers/attention.hpp"
#include "inference/layers/modulation.hpp"
#include "inference/layers/timestep_embedding.hpp"

#include <ATen/ops/_unique2.h>

#include <algorithm>
#include <cmath>

namespace easel::inference::ltxv {
namespace {

constexpr double eps = 1e-6, query_eps = 1e-5;

}  // namespace

Tensor normalised(const Tensor& x) { return at::rms_norm(x, {x.size(-1)}, {}, eps); }

Attention::Attention(const Weights& w, int64_t heads_)
    : q(w / "to_q"), k(w / "to_k"), v(w / "to_v"), out(w / "to_out" / 0), norm_q(w / "q_norm", query_eps),
      norm_k(w / "k_norm", query_eps), heads(heads_) {
    if (w.has_part("to_gate_logits")) gate = Linear(w / "to_gate_logits");
}

Tensor Attention::operator()(const Tensor& x, const Tensor& context, const Places& places,
                             const AttentionCore& core) const {
    Tensor queries = split_heads(norm_q(q(x)), heads), keys = split_heads(norm_k(k(context)), heads);
    if (places.queries != nullptr) queries = (*places.queries)(queries);
    if (places.keys != nullptr) keys = (*places.keys)(keys);
    Tensor seen = core(queries, keys, split_heads(v(context), heads));
    if (gate.weight) seen = seen * (2.0 * at::sigmoid(gate(x))).transpose(1, 2).unsqueeze(-1);
    return out(merge_heads(seen));
}

Tensor Attention::operator()(const Tensor& x, const Tensor& context, const Places& places, const Tensor& mask) const {
    return (*this)(x, context, places, [&mask](const Tensor& queries, const Tensor& keys, const Tensor& values) {
        return attention(queries, keys, values, mask);
    });
}

TokenTimes TokenTimes::of(const Tensor& times) {
    const Tensor by_token = times.dim() == 1 ? times.unsqueeze(1) : times;
    const auto [values, index, counts] = at::_unique2(by_token, /*sorted=*/true, /*return_inverse=*/true);
    return {.values = values, .index = index};
}

TokenTimes TokenTimes::latest() const {
    return {.values = values, .index = std::get<0>(index.max(1, /*keepdim=*/true))};  // values rise
}

Tensor TimeValues::of(int64_t row, const Tensor& offset) const {
    const Tensor by_time = rows.select(1, row) + offset;
    return by_time.index_select(0, index.flatten()).view({index.size(0), index.size(1), -1});
}

TimeEmbedder::Embedded TimeEmbedder::operator()(const TokenTimes& times, double scale, at::ScalarType dtype) const {
    constexpr int64_t frequencies = 256;
    const Tensor time = out(at::silu(in(timestep_embedding(times.values * scale, frequencies).to(dtype))));
    const Tensor modulation = project(at::silu(time)).unflatten(1, {-1, time.size(1)});
    return {.modulation = {.rows = modulation, .index = times.index},
            .time = {.rows = time.unsqueeze(1), .index = times.index}};
}

Tensor finished(const Tensor& x, const Weight& table, const TimeValues& time, const Linear& project) {
    const Tensor& offsets = table.like(x);
    return project(modulate(plain_layer_norm(x, eps), time.of(0, offsets[1]), time.of(0, offsets[0])));
}

Tensor TextProjection::operator()(const Tensor& text) const {
    if (out.weight) return out(at::gelu(in(text), "tanh"));
    const double widening = static_cast<double>(in.out_features()) / static_cast<double>(in.in_features());
    return in(normalised(text) * std::sqrt(widening));
}

Connector::Connector(const Weights& w, int64_t heads, RopePairs pairs)
    : registers_(w["learnable_registers"]), heads_(heads), pairs_(pairs) {
    const Weights blocks = w / "transformer_1d_blocks";
    for (int64_t i = 0; i < blocks.count(); ++i)
        blocks_.push_back({.attention = Attention(blocks / i / "attn1", heads),
                           .feed_forward = FeedForward(blocks / i / "ff")});
}

Tensor Connector::operator()(const Tensor& text) const {
    constexpr int64_t least = 1024;
    const Tensor& registers = registers_.like(text);
    const int64_t count = registers.size(0), tokens = text.size(1);
    const int64_t repeats = (std::max(least, tokens) + count - 1) / count;
    const Tensor filling = registers.repeat({repeats, 1}).slice(0, tokens);
    Tensor x = at::cat({text, filling.unsqueeze(0).expand({text.size(0), -1, -1})}, 1);
    const Rotation places = rotation_of_sequence(x.size(1), x.size(2), heads_, pairs_, x.device());
    for (const Block& block : blocks_) {
        const Tensor seen = normalised(x);
        x = x + block.attention(seen, seen, {.queries = &places, .keys = &places}, Tensor());
        x = x + block.feed_forward(normalised(x));
    }
    return normalised(x);
}

}  // namespace easel::inference::ltxv
