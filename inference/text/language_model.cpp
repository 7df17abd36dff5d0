#include "inference/text/language_model.hpp"

#include "inference/layers/attention.hpp"

#include <algorithm>
#include <cmath>
#include <limits>

namespace easel::inference {

namespace {

// Small enough that two of them still add up to a number.
constexpr float out_of_sight = std::numeric_limits<float>::lowest() / 4;

Tensor cut_heads(const Tensor& x, int64_t head_size) { return split_heads(x, x.size(-1) / head_size); }

std::optional<Linear> optional_linear(const Weights& w) {
    return w.contains("weight") ? std::optional(Linear(w)) : std::nullopt;
}

// What each token sees: itself and those before it. [tokens, all tokens], nothing for a single one.
Tensor causal_mask(int64_t tokens, int64_t before, const at::TensorOptions& options) {
    if (tokens == 1) return {};
    return at::full({tokens, before + tokens}, out_of_sight, options).triu(before + 1);
}

Tensor sum(const Tensor& left, const Tensor& right) {
    return !left.defined() ? right : !right.defined() ? left : left + right;
}

}  // namespace

// The sum is rounded to the type that the file has the scale in, as in the reference.
Tensor LanguageModel::Norm::operator()(const Tensor& x) const {
    const Tensor& stored = weight.like(x);
    const Tensor scale = adds_one ? (stored + 1.0).to(weight.stored().scalar_type()).to(x.scalar_type()) : stored;
    return at::rms_norm(x, weight.shape(), scale, eps);
}

Tensor LanguageModel::Rope::operator()(const Tensor& x) const {
    const auto halves = x.chunk(2, -1);
    return x * cos + at::cat({-halves[1], halves[0]}, -1) * sin;
}

LanguageModel::Layer::Layer(const Weights& w, const LanguageModelConfig& config)
    : input_norm(w / "input_layernorm", config.eps, config.is_gemma),
      attention_norm(w / "post_attention_layernorm", config.eps, config.is_gemma), q(w / "self_attn" / "q_proj"),
      k(w / "self_attn" / "k_proj"), v(w / "self_attn" / "v_proj"), o(w / "self_attn" / "o_proj"),
      gate(w / "mlp" / "gate_proj"), up(w / "mlp" / "up_proj"), down(w / "mlp" / "down_proj"),
      head_size(config.head_size) {
    if (config.is_gemma) {
        before_feed_forward.emplace(w / "pre_feedforward_layernorm", config.eps, true);
        behind_feed_forward.emplace(w / "post_feedforward_layernorm", config.eps, true);
    }
    if (const Weights attention = w / "self_attn"; attention.has_part("q_norm")) {
        q_norm.emplace(attention / "q_norm", config.eps, config.is_gemma);
        k_norm.emplace(attention / "k_norm", config.eps, config.is_gemma);
    }
}

Tensor LanguageModel::Layer::attend(const Tensor& x, const Tensor& mask, const Rope& rope,
                                    std::pair<Tensor, Tensor>* cache) const {
    Tensor queries = cut_heads(q(x), head_size);  // [batch, heads, tokens, head size]
    Tensor keys = cut_heads(k(x), head_size);     // fewer heads, each of which serves several queries
    Tensor values = cut_heads(v(x), head_size);
    if (q_norm) {
        queries = (*q_norm)(queries);
        keys = (*k_norm)(keys);
    }
    queries = rope(queries);
    keys = rope(keys);
    if (cache != nullptr) {
        if (cache->first.defined()) {
            keys = at::cat({cache->first, keys}, 2);
            values = at::cat({cache->second, values}, 2);
        }
        *cache = {keys, values};
    }
    Tensor visible = mask;
    if (visible.defined() && visible.size(-1) > keys.size(2)) visible = visible.narrow(-1, 0, keys.size(2));
    std::optional<Tensor> bias;
    if (visible.defined()) bias = visible.to(queries.scalar_type());
    return o(merge_heads(at::scaled_dot_product_attention(queries, keys, values, bias, 0.0, false, std::nullopt,
                                                          queries.size(1) != keys.size(1))));
}

Tensor LanguageModel::Layer::operator()(const Tensor& x, const Tensor& mask, const Rope& rope,
                                        std::pair<Tensor, Tensor>* cache) const {
    const Tensor attended = attend(input_norm(x), mask, rope, cache);
    if (!before_feed_forward) {
        const Tensor middle = x + attended;
        const Tensor normed = attention_norm(middle);
        return middle + down(at::silu(gate(normed)) * up(normed));
    }
    const Tensor middle = x + attention_norm(attended);
    const Tensor normed = (*before_feed_forward)(middle);
    return middle + (*behind_feed_forward)(down(at::gelu(gate(normed), "tanh") * up(normed)));
}

LanguageModel::LanguageModel(const Weights& w, LanguageModelConfig config)
    : tokens(w / "embed_tokens"), config_(std::move(config)), head_(optional_linear(w / "lm_head")) {
    const int64_t count = w.count("layers");
    for (int64_t i = 0; i < count; ++i)
        layers_.emplace_back(w / "layers" / i, config_);
    if (config_.has_final_norm) norm_.emplace(w / "norm", config_.eps, config_.is_gemma);
}

Tensor LanguageModel::embed(const Tensor& ids) const {
    const Tensor vectors = tokens(ids);
    return config_.is_gemma ? vectors * std::sqrt(static_cast<double>(dim())) : vectors;
}

// `positions` [tokens] or [3, tokens].
LanguageModel::Rope LanguageModel::rope(const Tensor& positions, double base, double scale) const {
    const int64_t size = config_.head_size;
    const Tensor exponents = at::arange(0, size, 2, at::kLong).to(at::kFloat) / static_cast<double>(size);
    Tensor frequencies = at::pow(at::Scalar(base), exponents).reciprocal().to(positions.device());  // [head size / 2]
    if (scale != 1.0) frequencies = frequencies / scale;
    Tensor angles = positions.to(at::kFloat).unsqueeze(-1) * frequencies;  // [..., tokens, head size / 2]
    if (positions.dim() == 2) {
        // Time everywhere, then row and column in their shares of the frequencies.
        const Tensor axes = angles;
        angles = axes[0].clone();
        int64_t begin = config_.rope_sections[0];
        for (int64_t axis = 1; axis < 3; ++axis) {
            const int64_t share = config_.rope_sections[static_cast<std::size_t>(axis)];
            const bool interleave = config_.sections_interleave;
            const int64_t first = interleave ? axis : begin, end = interleave ? 3 * share : begin + share;
            const int64_t step = interleave ? 3 : 1;
            angles.slice(-1, first, end, step).copy_(axes[axis].slice(-1, first, end, step));
            begin += share;
        }
    }
    const Tensor both = at::cat({angles, angles}, -1);
    return {both.cos(), both.sin()};
}

LanguageModel::Output LanguageModel::operator()(const Input& input, const Wanted& wanted) const {
    Tensor x = input.embeddings;
    const int64_t count = x.size(1), before = input.cache ? input.cache->length : 0;
    const Tensor positions =
        (input.positions.defined() ? input.positions : at::arange(before, before + count, at::kLong)).to(x.device());
    const Rope far = rope(positions, config_.rope_base, config_.rope_scale);
    const Rope near = config_.window ? rope(positions, config_.window_rope_base, 1.0) : far;

    Tensor mask;
    if (input.mask.defined())
        mask = at::zeros(input.mask.sizes(), x.options())
                   .masked_fill(input.mask.to(x.device()) == 0, out_of_sight)
                   .view({x.size(0), 1, 1, input.mask.size(1)});
    if (input.is_causal) mask = sum(mask, causal_mask(count, before, x.options()));
    Tensor near_mask = mask;
    if (config_.window && before + count > *config_.window)
        near_mask = sum(mask, at::full({count, before + count}, std::numeric_limits<float>::lowest(), x.options())
                                  .tril(before - *config_.window));

    if (input.cache) input.cache->layers.resize(layers_.size());
    const int64_t wanted_layer =
        wanted.layer ? (*wanted.layer < 0 ? *wanted.layer + layer_count() : *wanted.layer) : -1;
    const auto is_tapped = [&](int64_t layer) { return std::ranges::find(wanted.taps, layer) != wanted.taps.end(); };
    Output output;
    std::vector<Tensor> taps;
    for (std::size_t i = 0; i < layers_.size(); ++i) {
        if (is_tapped(static_cast<int64_t>(i))) taps.push_back(x);
        x = has_window(i) ? layers_[i](x, near_mask, near, input.cache ? &input.cache->layers[i] : nullptr)
                          : layers_[i](x, mask, far, input.cache ? &input.cache->layers[i] : nullptr);
        if (i < input.added.size()) {
            x = x.clone();
            const Tensor rows = input.added_rows.nonzero().squeeze(-1).to(x.device());
            x.index_add_(1, rows, input.added[i].unsqueeze(0));
        }
        if (static_cast<int64_t>(i) == wanted_layer) output.hidden = x;
    }
    if (input.cache) input.cache->length += count;
    output.last = norm_ ? (*norm_)(x) : x;
    if (is_tapped(layer_count())) taps.push_back(output.last);
    if (!taps.empty()) output.taps = at::stack(taps, 1);
    return output;
}

Tensor LanguageModel::logits(const Tensor& last) const {
    const Tensor state = last.select(1, last.size(1) - 1);
    return head_ ? (*head_)(state) : at::linear(state, tokens.weight.like(state));
}

}  // namespace easel::inference
