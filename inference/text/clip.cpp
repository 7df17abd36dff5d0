#include "inference/text/clip.hpp"

#include "base/log.hpp"
#include "inference/layers/attention.hpp"
#include "inference/text/textual_inversion.hpp"
#include "inference/text/tokenizers/clip_bpe.hpp"

#include <algorithm>
#include <limits>

namespace easel::inference {

namespace {

constexpr int64_t head_size = 64;
constexpr int64_t layers_of_l = 12;  // the only one of the three that was trained with the quick approximation

// Later tokens are out of sight: [tokens, tokens].
Tensor causal_mask(int64_t tokens, const at::TensorOptions& options) {
    return at::full({tokens, tokens}, -std::numeric_limits<float>::max(), options).triu(1);
}

std::vector<ClipLayer> layers(const Weights& w) {
    std::vector<ClipLayer> result;
    const int64_t count = w.count();
    for (int64_t i = 0; i < count; ++i)
        result.emplace_back(w / i, count == layers_of_l);
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

ClipTextNetwork::ClipTextNetwork(const Weights& w)
    : tokens(w / "text_model" / "embeddings" / "token_embedding"),
      positions_((w / "text_model" / "embeddings" / "position_embedding")["weight"]),
      layers_(layers(w / "text_model" / "encoder" / "layers")), final_norm_(w / "text_model" / "final_layer_norm"),
      projection_(w.maybe("text_projection.weight")) {}

ClipTextNetwork::Output ClipTextNetwork::operator()(const Tensor& embeddings, std::optional<int> layer,
                                                    bool normalise_hidden) const {
    const int64_t count = embeddings.size(1);
    const Tensor mask = causal_mask(count, embeddings.options());
    const int64_t wanted = layer ? *layer + layer_count() : -1;
    Tensor x = embeddings + positions_.like(embeddings).narrow(0, 0, count);
    Tensor hidden;
    for (int64_t i = 0; i < layer_count(); ++i) {
        x = layers_[static_cast<std::size_t>(i)](x, mask);
        if (i == wanted) hidden = x;
    }
    const Tensor last = final_norm_(x);
    if (!hidden.defined()) return {.hidden = last, .last = last};
    return {.hidden = normalise_hidden ? final_norm_(hidden) : hidden, .last = last};
}

Tensor ClipTextNetwork::project(const Tensor& pooled) const {
    return projection_ ? at::linear(pooled, projection_.like(pooled)) : pooled;
}

struct ClipEncoder::Batch {
    Tensor embeddings;                 // [chunks, tokens, dim]
    std::vector<int64_t> pooled_rows;  // of each chunk: its last token that counts
};

ClipEncoder::ClipEncoder(const Weights& w, ClipReading reading, TextSettings settings)
    : reading_(reading), network_(w) {
    format_.pad = reading_.pad;
    format_.tokenize = [](std::string_view text) { return ClipBpe::instance().encode(text); };
    if (settings.embedding_folders)
        format_.embedding = [name = std::string(reading_.name), folders = settings.embedding_folders](std::string_view wanted) {
            return find_embedding(wanted, name, folders()).value_or(Tensor());
        };
}

// Vectors stand where the prompt named them. One of another model's size is left out, with a warning, and the chunk is
// padded instead.
ClipEncoder::Batch ClipEncoder::embed(const std::vector<PromptChunk>& chunks) const {
    Batch batch;
    std::vector<Tensor> rows;
    for (const PromptChunk& chunk : chunks) {
        std::vector<int64_t> ids;
        std::vector<std::pair<int64_t, Tensor>> vectors;
        int64_t counted = 0;
        bool ended = false;
        for (const PromptToken& token : chunk) {
            const bool fits = token.vector.defined() && token.vector.size(0) == network_.tokens.dim();
            if (token.vector.defined() && !fits) {
                logger("inference")
                    ->warn("an embedding of {} numbers is ignored: this text encoder has {}", token.vector.size(0),
                           network_.tokens.dim());
                continue;
            }
            if (fits) vectors.emplace_back(static_cast<int64_t>(ids.size()), token.vector);
            if (fits || !ended) ++counted;
            ids.push_back(fits ? format_.pad : token.id);
            ended = ended || (!fits && token.id == format_.end);
        }
        ids.resize(chunk.size(), format_.pad);
        Tensor embedded = network_.tokens(at::tensor(ids, at::kLong), at::kFloat);
        for (const auto& [row, vector] : vectors)
            embedded[row].copy_(vector);
        rows.push_back(embedded);
        batch.pooled_rows.push_back(counted - 1);
    }
    batch.embeddings = at::stack(rows);
    return batch;
}

// A weight moves a token's output along the line from what the empty prompt has in its place. (comfy.sd1_clip)
ClipEncoder::Encoded ClipEncoder::encode(std::string_view prompt, std::optional<int> stop_layer) const {
    auto chunks = tokenize_prompt(prompt, format_);
    const auto count = static_cast<int64_t>(chunks.size());
    const bool weighted = std::ranges::any_of(chunks, [](const PromptChunk& chunk) {
        return std::ranges::any_of(chunk, [](const PromptToken& token) { return token.weight != 1.0; });
    });
    if (weighted) {
        PromptChunk empty(chunks.front().size(), {.id = format_.pad, .vector = {}});
        empty[0].id = format_.start;
        empty[1].id = format_.end;
        chunks.push_back(std::move(empty));
    }

    auto layer = stop_layer ? stop_layer : reading_.layer;
    if (layer && std::abs(*layer) > network_.layer_count()) layer.reset();
    const Batch batch = embed(chunks);
    const auto out = network_(batch.embeddings, layer, reading_.normalise_hidden);

    Tensor cross = out.hidden.narrow(0, 0, count);
    if (weighted) {
        const Tensor empty = out.hidden[count];
        cross = cross.clone();
        for (int64_t i = 0; i < count; ++i) {
            const PromptChunk& chunk = chunks[static_cast<std::size_t>(i)];
            for (std::size_t k = 0; k < chunk.size(); ++k) {
                if (chunk[k].weight == 1.0) continue;
                const auto row = static_cast<int64_t>(k);
                cross[i][row].copy_((cross[i][row] - empty[row]) * chunk[k].weight + empty[row]);
            }
        }
    }
    const Tensor pooled = out.last[0][batch.pooled_rows.front()].unsqueeze(0);
    return {.cross = cross.flatten(0, 1).unsqueeze(0),
            .pooled = reading_.project_pooled ? network_.project(pooled) : pooled};
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
        condition.pooled = std::move(encoded.pooled);
        return condition;
    }

    LoraKeys lora_keys() const override { return clip_lora_keys(weights_, name_, ClipPlace::first); }

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
