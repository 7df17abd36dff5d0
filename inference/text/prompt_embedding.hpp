// From the tokens of a prompt to what a transformer reads, and from what it gives to a conditioning: token vectors and
// masks before it, prompt weights after it. Shared by every encoder. (SDClipModel.process_tokens,
// ClipTokenWeightEncoder)
#pragma once

#include "inference/layers/embedding.hpp"
#include "inference/text/prompt_tokens.hpp"

#include <functional>
#include <optional>
#include <vector>

namespace easel::inference {

// The tokens that a network knows the limits of a prompt by. They need not be those that the tokenizer pads with.
struct SpecialTokens {
    std::optional<int> start, end;
    int pad = 0;
};

struct EmbeddedPrompt {
    struct Span {
        int64_t begin, size;
    };
    Tensor embeddings;            // [chunks, tokens, dim], float32
    Tensor mask;                  // [chunks, tokens], int64: 1 where a token counts, up to the end
    std::vector<int64_t> counts;  // of each chunk: how many tokens count
    std::vector<Span> spans;      // where the rows of [count, dim] vectors stand
};

// The vectors [tokens, dim] of ids [tokens], in float32.
using TokenVectors = std::function<Tensor(const Tensor& ids)>;

// The vectors of every token. Vectors of another size than `dim` are left out, with a warning, and the chunk is padded
// instead. The chunks must be equally long.
EmbeddedPrompt embed_prompt(const std::vector<PromptChunk>& chunks, const TokenVectors& vectors_of, int64_t dim,
                            const SpecialTokens& special);
EmbeddedPrompt embed_prompt(const std::vector<PromptChunk>& chunks, const Embedding& table,
                            const SpecialTokens& special);

// Whether any token has a weight other than 1.
bool has_weights(const std::vector<PromptChunk>& chunks);

// A prompt of `length` tokens that says nothing: start, end, padding.
PromptChunk empty_prompt(const SpecialTokens& special, std::size_t length);

// Joins the outputs [chunks, tokens, dim] to [1, chunks * tokens, dim]. A weight moves a token's output along the line
// from `empty` [tokens, dim], what the network gives for the empty prompt in the same place; undefined: no weights.
Tensor weigh_prompt(const Tensor& outputs, const Tensor& empty, const std::vector<PromptChunk>& chunks);

}  // namespace easel::inference
