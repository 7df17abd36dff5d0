#include "inference/text/xlm_roberta.hpp"

#include "inference/layers/attention.hpp"
#include "inference/text/prompt_embedding.hpp"
#include "inference/weights/blocks_of.hpp"

#include <limits>

namespace easel::inference {
namespace {

constexpr int64_t heads = 16;
constexpr double norm_eps = 1e-5, rope_base = 20000.0;
constexpr std::size_t longest = 8192;
constexpr SpecialTokens special{.start = 0, .end = 2, .pad = 1};

// Turns the dimensions i and i + head size / 2 of `x` [batch, heads, tokens, head size].
Tensor turned(const Tensor& x, const Tensor& cos, const Tensor& sin) {
    const auto halves = x.chunk(2, -1);
    return x * cos + at::cat({-halves[1], halves[0]}, -1) * sin;
}

}  // namespace

XlmRoberta::Layer::Layer(const Weights& w)
    : qkv(w / "mixer" / "Wqkv"), out(w / "mixer" / "out_proj"), up(w / "mlp" / "fc1"), down(w / "mlp" / "fc2"),
      norm1(w / "norm1", norm_eps), norm2(w / "norm2", norm_eps) {}

Tensor XlmRoberta::Layer::operator()(const Tensor& x, const Tensor& cos, const Tensor& sin, const Tensor& mask) const {
    const auto parts = qkv(x).chunk(3, -1);
    const Tensor q = turned(split_heads(parts[0], heads), cos, sin), k = turned(split_heads(parts[1], heads), cos, sin);
    const Tensor attended = norm1(x + out(merge_heads(attention(q, k, split_heads(parts[2], heads), mask))));
    return norm2(attended + down(at::gelu(up(attended))));
}

XlmRoberta::XlmRoberta(const Weights& w, std::optional<int> start, Tokenizer tokenize)
    : words_(w / "model" / "embeddings" / "word_embeddings"),
      kinds_((w / "model" / "embeddings" / "token_type_embeddings")["weight"]),
      norm_(w / "model" / "emb_ln", norm_eps) {
    format_.start = start;
    format_.end = special.end;
    format_.pad = special.pad;
    format_.length = longest;
    format_.fills = false;
    format_.min_length = 1;
    format_.tokenize = std::move(tokenize);
    layers_ = blocks_of<Layer>(w / "model" / "encoder" / "layers");
}

XlmRoberta::Encoded XlmRoberta::encode(const TextRequest& request, std::string_view name) const {
    auto chunks = tokenize_prompt(request.prompt_for(name), format_);
    chunks.resize(1);
    const EmbeddedPrompt prompt = embed_prompt(chunks, words_, special);
    Tensor x = norm_(prompt.embeddings + kinds_.like(prompt.embeddings)[0]);
    const int64_t head_size = x.size(2) / heads;
    const Tensor exponents = at::arange(0, head_size, 2, at::kFloat) / static_cast<double>(head_size);
    const Tensor angles =
        at::arange(x.size(1), at::kFloat).unsqueeze(1) * at::pow(at::Scalar(rope_base), exponents).reciprocal();
    const Tensor both = at::cat({angles, angles}, 1);
    const Tensor cos = both.cos(), sin = both.sin();
    const Tensor counts = prompt.mask.to(x.scalar_type());
    const Tensor mask = at::zeros_like(counts)
                            .masked_fill(prompt.mask == 0, -std::numeric_limits<float>::max())
                            .view({1, 1, 1, counts.size(1)});
    for (const Layer& layer : layers_)
        x = layer(x, cos, sin, mask);
    return {.states = x, .pooled = (x * counts.unsqueeze(-1)).sum(1) / counts.sum(-1, /*keepdim=*/true)};
}

}  // namespace easel::inference
