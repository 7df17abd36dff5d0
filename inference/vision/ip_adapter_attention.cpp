// How a UNet attends to the pictures that an IP-Adapter reads.
#include "inference/layers/attention.hpp"
#include "inference/sampling/model_options.hpp"
#include "inference/vision/ip_adapter.hpp"

#include <algorithm>
#include <cmath>
#include <string>

namespace easel::inference {

const std::vector<std::string_view> ip_adapter_spreads{"linear",
                                                       "ease in",
                                                       "ease out",
                                                       "ease in-out",
                                                       "reverse in-out",
                                                       "weak input",
                                                       "weak output",
                                                       "weak middle",
                                                       "strong middle",
                                                       "style transfer",
                                                       "composition",
                                                       "strong style transfer",
                                                       "style and composition",
                                                       "style transfer precise",
                                                       "composition precise"};
const std::vector<std::string_view> ip_adapter_scalings{"V only", "K+V", "K+V w/ C penalty", "K+mean(V) w/ C penalty"};

const std::vector<std::string_view> ip_adapter_combinations{"concat", "add", "subtract", "average", "norm average"};

namespace {

constexpr double weak = 0.2, least = 0.05;  // shares of the strength
constexpr double penalty_width = 1280.0;    // channels from which on the penalty is none
constexpr int64_t sd1_transformers = 16, sdxl_transformers = 11;

// Between the shares least and 1.
double eased(double share) { return least + (1.0 - least) * share; }

// The strength of the spatial transformer with this number where style and composition are apart. In SDXL number 3
// decides the composition and number 6 the style, in SD1 numbers 4 and 5 and those at both ends.
double styled_weight(const IpAdapterWeights& w, int64_t transformer, bool is_xl) {
    constexpr double hint = 0.1;
    const bool lays_out = is_xl ? transformer == 3 : transformer == 4 || transformer == 5;
    const bool of_style = is_xl ? transformer == 6 : transformer <= 3 || transformer >= 9;
    const double first_half = !is_xl && transformer == 4 ? 0.25 : 1.0;
    if (w.spread == "strong style transfer") return lays_out ? 0.0 : w.weight;
    if (w.spread == "style transfer") return of_style ? w.weight : 0.0;
    if (w.spread == "composition") return lays_out ? w.weight * first_half : 0.0;
    if (of_style) return w.weight;
    if (w.spread == "style and composition") return lays_out ? first_half : 0.0;  // in full
    if (lays_out) return w.weight * first_half;
    return w.spread == "composition precise" ? w.weight * hint : 0.0;
}

// Whether the transformer is to turn away from the picture: it takes the negative side's place.
bool turns_away(std::string_view spread, int64_t transformer, bool is_xl) {
    const bool lays_out = is_xl ? transformer == 3 : transformer == 4 || transformer == 5;
    return (spread == "style transfer precise" && lays_out) || (spread == "composition precise" && !lays_out);
}

double weight_at(const IpAdapterWeights& w, const PatchPlace& place, bool is_xl) {
    const auto index = static_cast<double>(place.transformer_index);
    const auto count = static_cast<double>(is_xl ? sdxl_transformers : sd1_transformers);
    const double from_middle = std::abs(index - count / 2.0) / (count / 2.0);
    const BlockKind kind = place.block.kind;
    if (w.spread == "ease in") return w.weight * eased(1.0 - index / count);
    if (w.spread == "ease out") return w.weight * eased(index / count);
    if (w.spread == "ease in-out") return w.weight * eased(1.0 - from_middle);
    if (w.spread == "reverse in-out") return w.weight * eased(from_middle);
    if (w.spread == "weak input") return kind == BlockKind::input ? w.weight * weak : w.weight;
    if (w.spread == "weak middle") return kind == BlockKind::middle ? w.weight * weak : w.weight;
    if (w.spread == "weak output") return kind == BlockKind::output ? w.weight * weak : w.weight;
    if (w.spread == "strong middle") return kind == BlockKind::middle ? w.weight : w.weight * weak;
    if (w.spread == "linear") return w.weight;
    return styled_weight(w, place.transformer_index, is_xl);
}

// Attention of `q` to the picture's tokens, as strong as `weight`.
Tensor picture_attention(const Tensor& q, Tensor k, Tensor v, double weight, std::string_view scaling, int64_t heads) {
    if (scaling == "V only") return attention(q, k, v, heads) * weight;
    if (scaling != "K+V") weight *= static_cast<double>(k.size(2)) / penalty_width;
    k = k * weight;
    if (scaling == "K+mean(V) w/ C penalty") {
        const Tensor mean = v.mean(1, /*keepdim=*/true);
        v = (v - mean) + mean * weight;
    } else {
        v = v * weight;
    }
    return attention(q, k, v, heads);
}

// The tokens of each part of the batch, by its side of guidance.
Tensor tokens_for(const IpAdapterUse& use, const PatchPlace& place, int64_t batch, bool is_xl) {
    const bool away = turns_away(use.weights.spread, place.transformer_index, is_xl);
    const Tensor positive = away ? at::zeros_like(use.tokens) : use.tokens;
    const Tensor& negative = away ? use.tokens : use.nothing;
    const auto& sides = place.input.evaluation.sides;
    const int64_t each = batch / std::max<int64_t>(1, std::ssize(sides));
    std::vector<Tensor> parts;
    for (const int64_t side : sides)
        parts.push_back((side == 0 ? positive : negative).expand({each, -1, -1}));
    return parts.empty() ? positive.expand({batch, -1, -1}) : at::cat(parts);
}

// [batch, tokens, 1]: where the picture counts. The last mask serves for the rest of the batch.
Tensor mask_for(const Tensor& mask, const PatchPlace& place, const Tensor& like) {
    const int64_t rows = place.activations[2], columns = place.activations[3];
    const int64_t parts = std::max<int64_t>(1, std::ssize(place.input.evaluation.sides));
    const Tensor resized = at::upsample_bilinear2d(mask.unsqueeze(1).to(like.options()), {rows, columns}, false);
    const Tensor flat = resized.flatten(1).unsqueeze(2);
    const int64_t each = like.size(0) / parts, missing = each - flat.size(0);
    const Tensor fitted = missing > 0 ? at::cat({flat, flat.slice(0, flat.size(0) - 1).expand({missing, -1, -1})})
                                      : flat.narrow(0, 0, each);
    return fitted.repeat({parts, 1, 1});
}

// The transformers that attend to the prompt, in the order in which adapters count them: in, out. Those of the middle,
// which come last, see no picture: the node pack names their block otherwise than the reference does.
std::vector<AttentionKey> attentions_of(WeightTable& network) {
    std::vector<AttentionKey> keys;
    const auto add = [&](BlockKind kind, const std::string& block, int64_t index) {
        for (int64_t i = 0;; ++i) {
            const std::string key = block + ".1.transformer_blocks." + std::to_string(i) + ".attn2.to_k.weight";
            if (network.find(key) == nullptr) return;
            keys.push_back({.block = {kind, index}, .transformer = i});
        }
    };
    constexpr int64_t most_blocks = 12;
    for (int64_t i = 0; i < most_blocks; ++i)
        add(BlockKind::input, "input_blocks." + std::to_string(i), i);
    for (int64_t i = 0; i < most_blocks; ++i)
        add(BlockKind::output, "output_blocks." + std::to_string(i), i);
    return keys;
}

}  // namespace

Tensor combined_pictures(const Tensor& read, std::string_view how) {
    if (read.size(0) == 1 || how == "concat") return read;
    if (how == "add") return read.sum(0, /*keepdim=*/true);
    if (how == "subtract") return (read[0] - read.slice(0, 1).mean(0)).unsqueeze(0);
    if (how == "average") return read.mean(0, /*keepdim=*/true);
    return (read / read.norm(2, {0}, /*keepdim=*/true)).mean(0, /*keepdim=*/true);
}

Model with_ip_adapter(const Model& model, const IpAdapterUse& use) {
    const auto attentions = attentions_of(*model.weights());
    if (attentions.empty() || std::ssize(attentions) > use.adapter->attention_count())
        throw UserError("this IP-Adapter was made for another kind of model: it has " +
                        std::to_string(use.adapter->attention_count()) + " attentions, the model " +
                        std::to_string(attentions.size()));
    const bool is_xl = attentions.size() > static_cast<std::size_t>(sd1_transformers);
    const auto& levels = *model.parameterization().levels;
    const double first = levels.percent_to_sigma(use.start_percent), last = levels.percent_to_sigma(use.end_percent);
    return with_changed_options(model, [&](ModelOptions& options) {
        auto& replacements = options.patches.cross_replacement;
        for (std::size_t i = 0; i < attentions.size(); ++i) {
            const auto known = replacements.find(attentions[i]);
            const AttentionReplacement before = known == replacements.end() ? nullptr : known->second;
            replacements[attentions[i]] = [=, number = static_cast<int64_t>(i)](const Tensor& q, const Tensor& k,
                                                                                const Tensor& v,
                                                                                const PatchPlace& place) {
                const Tensor seen = before ? before(q, k, v, place) : attention(q, k, v, place.heads);
                const double weight = weight_at(use.weights, place, is_xl);
                const auto sigma = static_cast<double>(place.input.evaluation.sigma);
                if (weight == 0.0 || sigma > first || sigma < last) return seen;
                const auto [keys, values] = use.adapter->project(number, tokens_for(use, place, q.size(0), is_xl));
                Tensor more = picture_attention(q, keys.to(q.scalar_type()), values.to(q.scalar_type()), weight,
                                                use.weights.scaling, place.heads);
                if (use.mask) more = more * mask_for(*use.mask, place, more);
                return seen + more;
            };
        }
    });
}

}  // namespace easel::inference
