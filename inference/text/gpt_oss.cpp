#include "inference/text/gpt_oss.hpp"

#include "inference/layers/attention.hpp"
#include "inference/weights/blocks_of.hpp"
#include "inference/weights/encoded.hpp"

#include <algorithm>
#include <cmath>
#include <limits>
#include <numbers>

namespace easel::inference {
namespace {

constexpr int64_t gpt_head_size = 64, gpt_window = 128, chosen_experts = 4;
constexpr double gpt_norm_eps = 1e-5;
constexpr double gate_slope = 1.702, gate_limit = 7.0;

// Frequencies for contexts 32 times as long as those first trained on: slow ones are slowed down by that factor, fast
// ones stay, with a ramp between. (YaRN, Peng et al. 2023)
Rope yarn_table(int64_t tokens) {
    constexpr double base = 150000.0, stretch = 32.0, trained = 4096.0, fast_turns = 32.0, slow_turns = 1.0;
    const auto dimension_of = [&](double turns) {
        return static_cast<double>(gpt_head_size) * std::log(trained / (turns * 2.0 * std::numbers::pi)) /
               (2.0 * std::log(base));
    };
    const double low = std::max(dimension_of(fast_turns), 0.0);
    const double high = std::min(dimension_of(slow_turns), static_cast<double>(gpt_head_size - 1));
    const Tensor exponents = at::arange(0, gpt_head_size, 2, at::kFloat) / static_cast<double>(gpt_head_size);
    const Tensor periods = at::pow(at::Scalar(base), exponents);
    const Tensor slowed = ((at::arange(gpt_head_size / 2, at::kFloat) - low) / (high - low)).clamp(0, 1);
    const Tensor kept = 1.0 - slowed;
    const Tensor frequencies = 1.0 / (stretch * periods) * (1.0 - kept) + 1.0 / periods * kept;
    const Tensor angles = at::arange(tokens, at::kFloat).unsqueeze(1) * frequencies;  // [tokens, head size / 2]
    const double scale = 0.1 * std::log(stretch) + 1.0;
    return {.cos = angles.cos() * scale, .sin = angles.sin() * scale};
}

// Added to the scores [tokens, tokens]: what lies ahead, or further back than the window, is out of sight.
Tensor gpt_sight(int64_t tokens, bool has_window) {
    const Tensor seen = at::ones({tokens, tokens}, at::kBool);
    Tensor visible = seen.tril();
    if (has_window) visible = visible.logical_and(seen.triu(1 - gpt_window));
    return at::zeros({tokens, tokens}, at::kFloat)
        .masked_fill(visible.logical_not(), std::numeric_limits<float>::lowest());
}

std::vector<Weight> expert_bank(const Weights& w) {
    std::vector<Weight> experts;
    for (int64_t i = 0; i < w.count(); ++i)
        experts.push_back((w / i)["weight"]);
    return experts;
}

}  // namespace

GptOss::Experts::Experts(const Weights& w)
    : gate_up(expert_bank(w / "gate_up_proj")), down(expert_bank(w / "down_proj")),
      gate_up_bias(w["gate_up_proj.bias"]), down_bias(w["down_proj.bias"]) {}

Tensor GptOss::Experts::operator()(const Tensor& x, int64_t expert) const {
    const auto index = static_cast<std::size_t>(expert);
    const Tensor both = at::linear(x, gate_up[index].like(x), gate_up_bias.like(x)[expert]);
    const Tensor gate = both.slice(-1, 0, std::nullopt, 2).clamp_max(gate_limit);
    const Tensor value = both.slice(-1, 1, std::nullopt, 2).clamp(-gate_limit, gate_limit);
    const Tensor opened = gate * at::sigmoid(gate * gate_slope);
    return at::linear(at::addcmul(opened, value, opened), down[index].like(x), down_bias.like(x)[expert]);
}

GptOss::Layer::Layer(const Weights& w)
    : before_attention(w / "input_layernorm", gpt_norm_eps),
      before_experts(w / "post_attention_layernorm", gpt_norm_eps), q(w / "self_attn" / "q_proj"),
      k(w / "self_attn" / "k_proj"), v(w / "self_attn" / "v_proj"), o(w / "self_attn" / "o_proj"),
      sinks(w["self_attn.sinks"]), router(w / "mlp" / "router"), experts(w / "mlp" / "experts") {}

// A head's sink is one more score, of a key whose value is nothing.
Tensor GptOss::Layer::attend(const Tensor& x, const Tensor& mask, const Rope& rope) const {
    const auto heads = [](const Tensor& states) { return split_heads(states, states.size(-1) / gpt_head_size); };
    const Tensor queries = rotate_halves(heads(q(x)), rope);
    const Tensor keys = at::constant_pad_nd(rotate_halves(heads(k(x)), rope), {0, 0, 0, 1});
    const Tensor values = at::constant_pad_nd(heads(v(x)), {0, 0, 0, 1});
    const int64_t count = queries.size(1), tokens = queries.size(2);
    const Tensor sink = sinks.like(x).view({1, count, 1, 1}).expand({1, count, tokens, 1});
    const Tensor bias = at::cat({mask.expand({1, count, tokens, tokens}), sink}, -1);
    return o(merge_heads(at::scaled_dot_product_attention(queries, keys, values, bias, 0.0, false, std::nullopt,
                                                          queries.size(1) != keys.size(1))));
}

Tensor GptOss::Layer::feed_forward(const Tensor& x) const {
    const Tensor tokens = x.flatten(0, 1);  // [tokens, dim]
    const auto [scores, chosen] = router(tokens).topk(chosen_experts, -1);
    const Tensor shares = scores.softmax(-1);
    Tensor said = at::zeros({tokens.size(0), chosen_experts, tokens.size(1)}, tokens.options());
    for (int64_t expert = 0; expert < static_cast<int64_t>(experts.gate_up.size()); ++expert) {
        const Tensor asked = (chosen == expert).nonzero();  // [asked, 2]: token and place among its four
        if (asked.size(0) == 0) continue;
        const Tensor token = asked.select(1, 0), place = asked.select(1, 1);
        const Tensor share = shares.index({token, place}).unsqueeze(-1);
        said.index_put_({token, place}, experts(tokens.index_select(0, token), expert) * share);
    }
    return said.sum(1).view(x.sizes());
}

Tensor GptOss::Layer::operator()(const Tensor& x, const Tensor& mask, const Rope& rope) const {
    const Tensor middle = x + attend(before_attention(x), mask, rope);
    return middle + feed_forward(before_experts(middle));
}

GptOss::GptOss(const Weights& w) : tokens_(w / "embed_tokens"), layers_(blocks_of<Layer>(w / "layers")) {}

std::vector<Tensor> GptOss::states(const std::vector<int>& tokens, const std::vector<int64_t>& layers) const {
    const auto count = static_cast<int64_t>(tokens.size());
    Tensor x = tokens_(at::tensor(tokens, at::kLong)).unsqueeze(0);
    const auto place = [&](const Tensor& table) { return table.to(x.device()); };
    const Rope table = yarn_table(count);
    const Rope rope{.cos = place(table.cos), .sin = place(table.sin)};
    const Tensor far = place(gpt_sight(count, false)), near = place(gpt_sight(count, true));
    std::vector<Tensor> states;
    for (std::size_t i = 0; i < layers_.size() && states.size() < layers.size(); ++i) {
        x = layers_[i](x, i % 2 == 0 ? near : far, rope);
        if (std::ranges::find(layers, static_cast<int64_t>(i)) != layers.end()) states.push_back(x);
    }
    return states;
}

TensorMap separate_experts(const TensorMap& tensors) {
    TensorMap result;
    for (const auto& [key, tensor] : tensors) {
        const bool is_bank = key.ends_with("_proj.weight") && tensor.dim() == 3 && !encoding_of(tensor);
        if (!is_bank) {
            result.emplace(key, tensor);
            continue;
        }
        const std::string layer = key.substr(0, key.size() - std::string_view("weight").size());
        for (int64_t expert = 0; expert < tensor.size(0); ++expert)
            result.emplace(layer + std::to_string(expert) + ".weight", tensor.select(0, expert));
    }
    return result;
}

}  // namespace easel::inference
