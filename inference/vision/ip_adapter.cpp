#include "inference/vision/ip_adapter.hpp"

#include "inference/layers/attention.hpp"
#include "inference/layers/linear.hpp"
#include "inference/layers/norm.hpp"
#include "inference/sampling/model_options.hpp"

#include <algorithm>
#include <cmath>
#include <string>

namespace easel::inference {
namespace {

constexpr int64_t head_size = 64;  // of the resampler

// Learned queries that look at a picture's features (Alayrac et al. 2022).
struct ResamplerLayer {
    LayerNorm features_norm, queries_norm, ff_norm;
    Linear q, kv, out, ff_in, ff_out;

    explicit ResamplerLayer(const Weights& w)
        : features_norm(w / 0 / "norm1"), queries_norm(w / 0 / "norm2"), ff_norm(w / 1 / 0), q(w / 0 / "to_q"),
          kv(w / 0 / "to_kv"), out(w / 0 / "to_out"), ff_in(w / 1 / 1), ff_out(w / 1 / 3) {}

    Tensor operator()(Tensor queries, const Tensor& features) const {
        const Tensor own = queries_norm(queries);
        const auto parts = kv(at::cat({features_norm(features), own}, 1)).chunk(2, -1);
        queries = queries + out(attention(q(own), parts[0], parts[1], q.out_features() / head_size));
        return queries + ff_out(at::gelu(ff_in(ff_norm(queries))));
    }
};

}  // namespace

struct IpAdapter::State {
    Weights weights;
    // One of: tokens from an embedding, from all features one by one, or from learned queries.
    std::optional<Linear> projection;
    std::optional<LayerNorm> norm;
    std::optional<Linear> mlp_in, mlp_out, features_in, features_out;
    std::vector<ResamplerLayer> resampler;
    Weight queries;
    std::vector<Linear> keys, values;

    explicit State(Weights w) : weights(std::move(w)) {
        const Weights image = weights / "image_proj";
        if (image.contains("latents")) {
            queries = image["latents"];
            features_in.emplace(image / "proj_in");
            features_out.emplace(image / "proj_out");
            norm.emplace(image / "norm_out");
            for (int64_t i = 0; i < image.count("layers"); ++i)
                resampler.emplace_back(image / "layers" / i);
        } else if (image.contains("proj.3.weight")) {
            mlp_in.emplace(image / "proj" / 0);
            mlp_out.emplace(image / "proj" / 2);
            norm.emplace(image / "proj" / 3);
        } else if (image.contains("proj.weight")) {
            projection.emplace(image / "proj");
            norm.emplace(image / "norm");
        } else {
            throw ModelError(weights.origin() + " is no IP-Adapter that is known");
        }
        // Attentions are counted by odd numbers.
        for (int64_t number = 1; (weights / "ip_adapter" / number).has_part("to_k_ip"); number += 2) {
            keys.emplace_back(weights / "ip_adapter" / number / "to_k_ip");
            values.emplace_back(weights / "ip_adapter" / number / "to_v_ip");
        }
    }
};

IpAdapter::IpAdapter(const WeightFile& file)
    : state_(std::make_unique<State>(Weights(std::make_shared<WeightTable>(
          file.tensors, WeightTable::Settings{.origin = file.path.filename().string()})))) {}

IpAdapter::~IpAdapter() = default;

bool IpAdapter::reads_features() const { return !state_->projection; }
int64_t IpAdapter::attention_count() const { return static_cast<int64_t>(state_->keys.size()); }

Tensor IpAdapter::tokens(const ClipVisionOutput& seen) const {
    const State& s = *state_;
    if (s.projection) {
        const Tensor flat = (*s.projection)(seen.image_embeds.to(at::kFloat));
        return (*s.norm)(flat.view({flat.size(0), -1, s.norm->weight.size(0)}));
    }
    const Tensor features = seen.penultimate_hidden_states.to(at::kFloat);
    if (s.mlp_in) return (*s.norm)((*s.mlp_out)(at::gelu((*s.mlp_in)(features))));
    const Tensor projected = (*s.features_in)(features);
    Tensor queries = s.queries.like(projected).expand({features.size(0), -1, -1});
    for (const ResamplerLayer& layer : s.resampler)
        queries = layer(queries, projected);
    return (*s.norm)((*s.features_out)(queries));
}

Tensor IpAdapter::tokens_of_nothing(const ClipVisionOutput& seen) const {
    ClipVisionOutput nothing;
    nothing.image_embeds = at::zeros_like(seen.image_embeds);
    nothing.penultimate_hidden_states = at::zeros_like(seen.penultimate_hidden_states);
    return tokens(nothing);
}

IpAdapter::KeysAndValues IpAdapter::project(int64_t attention, const Tensor& tokens) const {
    const auto index = static_cast<std::size_t>(attention);
    return {state_->keys[index](tokens), state_->values[index](tokens)};
}

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
                                                       "style and composition"};
const std::vector<std::string_view> ip_adapter_scalings{"V only", "K+V", "K+V w/ C penalty", "K+mean(V) w/ C penalty"};

namespace {

constexpr double weak = 0.2, least = 0.05;  // shares of the strength
constexpr double penalty_width = 1280.0;    // channels from which on the penalty is none
constexpr int64_t sd1_transformers = 16, sdxl_transformers = 11;

// Between the shares least and 1.
double eased(double share) { return least + (1.0 - least) * share; }

// What decides style and composition, by the number of the spatial transformer.
double styled_weight(const IpAdapterWeights& w, int64_t transformer, bool is_xl) {
    const bool style = w.spread != "composition", composition = w.spread != "style transfer";
    const bool strong = w.spread == "strong style transfer";
    if (is_xl) {
        if (strong) return transformer == 3 ? 0.0 : w.weight;
        if (transformer == 6 && style) return w.weight;
        if (transformer == 3 && composition) return w.spread == "composition" ? w.weight : w.composition;
        return 0.0;
    }
    if (strong) return transformer == 4 || transformer == 5 ? 0.0 : w.weight;
    const double layout = w.spread == "composition" ? w.weight : w.composition;
    if (composition && transformer == 4) return layout * 0.25;
    if (composition && transformer == 5) return layout;
    const bool of_style = transformer <= 3 || transformer >= 9;
    return style && of_style ? w.weight : 0.0;
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
Tensor tokens_for(const IpAdapterUse& use, const PatchPlace& place, int64_t batch) {
    const auto& sides = place.input.evaluation.sides;
    const int64_t each = batch / std::max<int64_t>(1, std::ssize(sides));
    std::vector<Tensor> parts;
    for (const int64_t side : sides) {
        const Tensor& tokens = side == 0 ? use.tokens : use.nothing;
        parts.push_back(tokens.size(0) == each ? tokens
                                               : tokens.narrow(0, 0, 1).expand({each, tokens.size(1), tokens.size(2)}));
    }
    return parts.empty() ? use.tokens.narrow(0, 0, 1).expand({batch, -1, -1}) : at::cat(parts);
}

// [1 or batch, tokens, 1]: where the picture counts.
Tensor mask_for(const Tensor& mask, const PatchPlace& place, const Tensor& like) {
    const int64_t rows = place.activations[2], columns = place.activations[3];
    const Tensor resized = at::upsample_bilinear2d(mask.unsqueeze(1).to(like.options()), {rows, columns}, false);
    return resized.select(0, 0).flatten().view({1, -1, 1});
}

// The transformers that attend to the prompt, in the order in which adapters count them: in, out, middle.
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
    add(BlockKind::middle, "middle_block", 0);
    return keys;
}

}  // namespace

Model with_ip_adapter(const Model& model, const IpAdapterUse& use) {
    const auto attentions = attentions_of(*model.weights());
    if (attentions.empty() || std::ssize(attentions) > use.adapter->attention_count())
        throw UserError("this IP-Adapter was made for another kind of model: it has " +
                        std::to_string(use.adapter->attention_count()) + " attentions, the model " +
                        std::to_string(attentions.size()));
    const bool is_xl = attentions.size() > static_cast<std::size_t>(sd1_transformers);
    const auto& levels = *model.parameterization().levels;
    const auto first = static_cast<float>(levels.percent_to_sigma(use.start_percent));
    const auto last = static_cast<float>(levels.percent_to_sigma(use.end_percent));
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
                const float sigma = place.input.evaluation.sigma;
                if (weight == 0.0 || sigma > first || sigma < last) return seen;
                const auto [keys, values] = use.adapter->project(number, tokens_for(use, place, q.size(0)));
                Tensor more = picture_attention(q, keys.to(q.scalar_type()), values.to(q.scalar_type()), weight,
                                                use.weights.scaling, place.heads);
                if (use.mask) more = more * mask_for(*use.mask, place, more);
                return seen + more;
            };
        }
    });
}

}  // namespace easel::inference
