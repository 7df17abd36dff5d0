#include "inference/text/t5.hpp"

#include "inference/layers/attention.hpp"
#include "inference/text/text_lora_keys.hpp"
#include "inference/text/textual_inversion.hpp"

#include <algorithm>
#include <cmath>
#include <limits>

namespace easel::inference {

namespace {

constexpr int64_t head_size = 64;
constexpr double eps = 1e-6;
constexpr int64_t ranges = 32;
constexpr int64_t farthest = 128;

// Half of the ranges are for what comes before, half for what follows. Of each half, the first half are single
// distances; the others grow by equal factors up to `farthest`, and the last one has everything beyond.
Tensor range_of_distance(int64_t tokens) {
    constexpr int64_t side = ranges / 2, exact = side / 2;
    const Tensor position = at::arange(tokens, at::kLong);
    const Tensor offset = position.unsqueeze(0) - position.unsqueeze(1);  // of what is read, from who reads
    const Tensor distance = offset.abs();
    const Tensor growth = at::log(distance.to(at::kFloat) / static_cast<double>(exact)) /
                          std::log(static_cast<double>(farthest) / static_cast<double>(exact));
    const Tensor range = (exact + (growth * static_cast<double>(side - exact)).to(at::kLong)).clamp_max(side - 1);
    return at::where(distance < exact, distance, range) + (offset > 0).to(at::kLong) * side;
}

std::vector<T5Block> blocks(const Weights& w) {
    std::vector<T5Block> result;
    const int64_t count = w.count();
    for (int64_t i = 0; i < count; ++i)
        result.emplace_back(w / i / "layer");
    return result;
}

}  // namespace

Tensor T5PositionBias::operator()(int64_t tokens) const {
    return ranges_(range_of_distance(tokens)).permute({2, 0, 1}).unsqueeze(0).contiguous();
}

T5Block::T5Block(const Weights& w)
    : attention_norm(w / 0 / "layer_norm", eps), feed_forward_norm(w / 1 / "layer_norm", eps),
      q(w / 0 / "SelfAttention" / "q"), k(w / 0 / "SelfAttention" / "k"), v(w / 0 / "SelfAttention" / "v"),
      o(w / 0 / "SelfAttention" / "o"), wo(w / 1 / "DenseReluDense" / "wo") {
    const Weights feed_forward = w / 1 / "DenseReluDense";
    if (feed_forward.has_part("wi_0")) {
        gate = Linear(feed_forward / "wi_0");
        wi = Linear(feed_forward / "wi_1");
    } else {
        wi = Linear(feed_forward / "wi");
    }
    if (const Weights attention = w / 0 / "SelfAttention"; attention.has_part("relative_attention_bias"))
        position_bias.emplace(attention / "relative_attention_bias");
}

// T5 was trained without the scaling of the scores by the head's size; the keys undo it.
Tensor T5Block::operator()(const Tensor& x, const Tensor& bias) const {
    const Tensor normed = attention_norm(x);
    const double unscaled = std::sqrt(static_cast<double>(head_size));
    const Tensor attended =
        x + o(attention(q(normed), k(normed) * unscaled, v(normed), q.out_features() / head_size, bias));
    const Tensor hidden = feed_forward_norm(attended);
    return attended + wo(gate.weight ? at::gelu(gate(hidden), "tanh") * wi(hidden) : at::relu(wi(hidden)));
}

T5Network::T5Network(const Weights& w)
    : tokens(w / "shared"), blocks_(blocks(w / "encoder" / "block")),
      final_norm_(w / "encoder" / "final_layer_norm", eps) {}

Tensor T5Network::operator()(const Tensor& embeddings, const Tensor& mask, std::optional<int> layer) const {
    const int64_t count = embeddings.size(1);
    Tensor hiding;  // [batch, 1, 1, tokens]
    if (mask.defined())
        hiding = at::zeros(mask.sizes(), embeddings.options())
                     .masked_fill(mask.to(embeddings.device()) == 0, -std::numeric_limits<float>::max())
                     .view({mask.size(0), 1, 1, count});
    const int64_t wanted = layer ? *layer + layer_count() : -1;
    Tensor x = embeddings, hidden, bias;
    for (int64_t i = 0; i < layer_count(); ++i) {
        const T5Block& block = blocks_[static_cast<std::size_t>(i)];
        if (block.position_bias) {
            bias = (*block.position_bias)(count);
            if (hiding.defined()) bias = hiding + bias;
        }
        x = block(x, bias);
        if (i == wanted) hidden = x;
    }
    return final_norm_(hidden.defined() ? hidden : x);
}

T5Encoder::T5Encoder(const Weights& w, T5Reading reading, Tokenizer tokenize, const TextSettings& settings)
    : reading_(reading), network_(w) {
    format_.start.reset();
    format_.end = reading_.end;
    format_.pad = reading_.pad;
    format_.length = reading_.max_length;
    format_.fills = false;
    format_.tokenize = std::move(tokenize);
    if (settings.embedding_folders && reading_.reads_embeddings)
        format_.embedding = [name = std::string(reading_.name),
                             folders = settings.embedding_folders](std::string_view wanted) {
            return find_embedding(wanted, name, folders()).value_or(Tensor());
        };
}

std::vector<PromptChunk> T5Encoder::tokenize(const TextRequest& request) const {
    const std::string name(reading_.name);
    const auto count = [&](const char* what, std::size_t otherwise) {
        return static_cast<std::size_t>(request.setting(name + what, static_cast<double>(otherwise)));
    };
    PromptFormat format = format_;
    format.min_length = count("_min_length", reading_.min_length);
    format.min_padding = count("_min_padding", 0);
    return tokenize_prompt(request.prompt_for(name), format);
}

T5Encoder::Encoded T5Encoder::encode(const std::vector<PromptChunk>& chunks, std::optional<int> stop_layer) const {
    const SpecialTokens special{.start = {}, .end = reading_.end, .pad = reading_.pad};
    SpecialTokens saying_nothing = special;
    if (!reading_.empty_prompt_has_end) saying_nothing.end.reset();
    auto batch = chunks;
    const bool weighted = has_weights(chunks);
    if (weighted || chunks.empty())
        batch.push_back(empty_prompt(saying_nothing, chunks.empty() ? 0 : chunks.front().size()));

    auto layer = stop_layer;
    if (layer && std::abs(*layer) > network_.layer_count()) layer.reset();
    const EmbeddedPrompt embedded = embed_prompt(batch, network_.tokens, special);
    Tensor out = network_(embedded.embeddings, reading_.masks_padding ? embedded.mask : Tensor(), layer);
    if (reading_.zeroes_padding) out = out * embedded.mask.unsqueeze(-1).to(out.device(), out.scalar_type());

    const auto count = std::max<int64_t>(1, std::ssize(chunks));
    Encoded encoded{.cross = weigh_prompt(out.narrow(0, 0, count), weighted ? out[count] : Tensor(), chunks),
                    .mask = {}};
    if (reading_.returns_mask) encoded.mask = embedded.mask.narrow(0, 0, count).reshape({1, -1});
    return encoded;
}

namespace {

class SingleT5 final : public TextModel {
public:
    SingleT5(const Weights& w, const T5Reading& reading, T5Encoder::Tokenizer tokenize, const TextSettings& settings)
        : weights_(w), encoder_(w, reading, std::move(tokenize), settings) {}

    Condition encode(const TextRequest& request, std::optional<int> stop_layer) const override {
        const auto encoded = encoder_.encode(encoder_.tokenize(request), stop_layer);
        Condition condition;
        condition.cross = encoded.cross;
        if (encoded.mask.defined()) condition.attention_mask = encoded.mask;
        return condition;
    }

    LoraKeys lora_keys() const override { return text_lora_keys(Weights(weights_.table())); }

private:
    Weights weights_;
    T5Encoder encoder_;
};

}  // namespace

std::shared_ptr<const TextModel> make_t5_model(const Weights& w, const T5Reading& reading,
                                               T5Encoder::Tokenizer tokenize, const TextSettings& settings) {
    return std::make_shared<SingleT5>(w, reading, std::move(tokenize), settings);
}

}  // namespace easel::inference
