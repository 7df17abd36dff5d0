#include "inference/text/clip.hpp"

#include "base/log.hpp"
#include "inference/layers/attention.hpp"
#include "inference/text/text_lora_keys.hpp"
#include "inference/text/textual_inversion.hpp"
#include "inference/text/tokenizers/clip_bpe.hpp"

#include <algorithm>
#include <limits>

namespace easel::inference {

namespace {

constexpr int64_t head_size = 64;
constexpr int64_t layers_of_l = 12;  // the only one of the three that was trained with the quick approximation

constexpr float out_of_sight = -std::numeric_limits<float>::max();

// Later tokens are out of sight: [tokens, tokens].
Tensor causal_mask(int64_t tokens, const at::TensorOptions& options) {
    return at::full({tokens, tokens}, out_of_sight, options).triu(1);
}

std::vector<ClipLayer> layers(const Weights& w, ClipTextNetwork::Activation activation) {
    std::vector<ClipLayer> result;
    const int64_t count = w.count();
    const bool is_quick = activation == ClipTextNetwork::Activation::quick_gelu || count == layers_of_l;
    for (int64_t i = 0; i < count; ++i)
        result.emplace_back(w / i, is_quick);
    return result;
}

}  // namespace

ClipLayer::ClipLayer(const Weights& w, bool quick_gelu_)
    : norm1(w / "layer_norm1"), norm2(w / "layer_norm2"), q(w / "self_attn" / "q_proj"), k(w / "self_attn" / "k_proj"),
      v(w / "self_attn" / "v_proj"), out(w / "self_attn" / "out_proj"), fc1(w / "mlp" / "fc1"), fc2(w / "mlp" / "fc2"),
      heads(q.out_features() / head_size), quick_gelu(quick_gelu_) {}

Tensor ClipLayer::operator()(const Tensor& x, const Tensor& mask) const {
    const Tensor normed = norm1(x);
    const Tensor attended = x + out(attention(q(normed), k(normed), v(normed), heads, mask));
    const Tensor hidden = fc1(norm2(attended));
    return attended + fc2(quick_gelu ? hidden * at::sigmoid(hidden * 1.702) : at::gelu(hidden));
}

ClipTextNetwork::ClipTextNetwork(const Weights& w, Activation activation)
    : tokens(w / "text_model" / "embeddings" / "token_embedding"),
      positions_((w / "text_model" / "embeddings" / "position_embedding")["weight"]),
      layers_(layers(w / "text_model" / "encoder" / "layers", activation)),
      final_norm_(w / "text_model" / "final_layer_norm"), projection_(w.maybe("text_projection.weight")) {}

ClipTextNetwork::Output ClipTextNetwork::operator()(const Tensor& embeddings, const Tensor& mask,
                                                    std::optional<int> layer, bool normalise_hidden) const {
    const int64_t count = embeddings.size(1);
    Tensor visible = causal_mask(count, embeddings.options());
    if (mask.defined())
        visible = at::zeros_like(mask, embeddings.options())
                      .masked_fill(mask == 0, out_of_sight)
                      .view({mask.size(0), 1, 1, count}) +
                  visible;
    const int64_t wanted = layer ? *layer + layer_count() : -1;
    Tensor x = embeddings + positions_.like(embeddings).narrow(0, 0, count);
    Tensor hidden;
    for (int64_t i = 0; i < layer_count(); ++i) {
        x = layers_[static_cast<std::size_t>(i)](x, visible);
        if (i == wanted) hidden = x;
    }
    const Tensor last = final_norm_(x);
    if (!hidden.defined()) return {.hidden = last, .last = last};
    return {.hidden = normalise_hidden ? final_norm_(hidden) : hidden, .last = last};
}

Tensor ClipTextNetwork::project(const Tensor& pooled) const {
    return projection_ ? at::linear(pooled, projection_.like(pooled)) : pooled;
}

PromptFormat clip_format(const ClipReading& reading, const TextSettings& settings) {
    PromptFormat format;
    format.pad = reading.pad;
    format.tokenize = [](std::string_view text) { return ClipBpe::instance().encode(text); };
    if (settings.embedding_folders)
        format.embedding = [name = std::string(reading.name),
                            folders = settings.embedding_folders](std::string_view wanted) {
            return find_embedding(wanted, name, folders()).value_or(Tensor());
        };
    return format;
}

ClipEncoder::ClipEncoder(const Weights& w, ClipReading reading, const TextSettings& settings)
    : reading_(reading), network_(w), format_(clip_format(reading, settings)) {
    format_.length = static_cast<std::size_t>(network_.position_count());  // 77, or 248 in Long-CLIP
}

ClipEncoder::Encoded ClipEncoder::encode(const std::vector<PromptChunk>& chunks, std::optional<int> stop_layer) const {
    auto batch = chunks;
    const bool weighted = has_weights(chunks);
    if (weighted || chunks.empty())
        batch.push_back(empty_prompt(special(), chunks.empty() ? 0 : chunks.front().size()));

    auto layer = stop_layer ? stop_layer : reading_.layer;
    if (layer && std::abs(*layer) > network_.layer_count()) layer.reset();
    const EmbeddedPrompt embedded = embed_prompt(batch, network_.tokens, special());
    const auto out = network_(embedded.embeddings, reading_.masks_padding ? embedded.mask : Tensor(), layer,
                              reading_.normalise_hidden);

    const auto count = std::max<int64_t>(1, std::ssize(chunks));
    const Tensor empty = weighted ? out.hidden[count] : Tensor();
    const Tensor pooled = out.last[0][embedded.counts.front() - 1].unsqueeze(0);
    return {.cross = weigh_prompt(out.hidden.narrow(0, 0, count), empty, chunks),
            .pooled = reading_.project_pooled ? network_.project(pooled) : pooled,
            .unprojected = pooled};
}

namespace {

class SingleClip final : public TextModel {
public:
    SingleClip(const Weights& w, const ClipReading& reading, const TextSettings& settings)
        : weights_(w), name_(reading.name), encoder_(w, reading, settings) {}

    Condition encode(const TextRequest& request, std::optional<int> stop_layer) const override {
        auto encoded = encoder_.encode(request.prompt_for(name_), stop_layer);
        Condition condition;
        condition.cross = std::move(encoded.cross);
        condition.pooled = request.settings.contains("unprojected_pooled") ? encoded.unprojected : encoded.pooled;
        return condition;
    }

    LoraKeys lora_keys() const override { return text_lora_keys(Weights(weights_.table())); }

private:
    Weights weights_;
    std::string name_;
    ClipEncoder encoder_;
};

}  // namespace

std::shared_ptr<const TextModel> make_clip_model(const Weights& w, const ClipReading& reading,
                                                 const TextSettings& settings) {
    return std::make_shared<SingleClip>(w, reading, settings);
}

}  // namespace easel::inference
