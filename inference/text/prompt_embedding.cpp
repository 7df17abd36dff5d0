#include "inference/text/prompt_embedding.hpp"

#include "base/log.hpp"

#include <algorithm>
#include <utility>

namespace easel::inference {

namespace {

// Says of one token after the other whether it counts: padding on the left does not, nor does what follows the end. A
// network without an end token ends at the first padding behind the prompt.
class Counting {
public:
    explicit Counting(const SpecialTokens& special) : special_(special) {}

    bool counts(int token) {
        if (first_) leading_ = token == special_.pad;
        first_ = false;
        const bool ended_before = ended_;
        if (leading_ && token == special_.pad) return false;
        leading_ = false;
        const bool ends = !ended_ && token == special_.end.value_or(special_.pad);
        ended_ = ended_ || ends;
        return !ended_before && (!ends || special_.end.has_value());
    }
    void skip_vector() { first_ = false; }

private:
    const SpecialTokens& special_;
    bool first_ = true;
    bool leading_ = false;
    bool ended_ = false;
};

}  // namespace

EmbeddedPrompt embed_prompt(const std::vector<PromptChunk>& chunks, const TokenVectors& vectors_of, int64_t dim,
                            const SpecialTokens& special) {
    EmbeddedPrompt prompt;
    std::vector<Tensor> rows, masks;
    for (const PromptChunk& chunk : chunks) {
        std::vector<int64_t> ids, mask;
        std::vector<std::pair<int64_t, Tensor>> vectors;
        std::size_t left_out = 0;
        Counting counting(special);
        for (const PromptToken& token : chunk) {
            if (!token.vector.defined()) {
                ids.push_back(token.id);
                mask.push_back(counting.counts(token.id) ? 1 : 0);
                continue;
            }
            counting.skip_vector();
            const int64_t count = token.vector.dim() == 2 ? token.vector.size(0) : 1;
            if (token.vector.size(-1) != dim) {
                logger("inference")
                    ->warn("an embedding of {} numbers is ignored: this text encoder has {}", token.vector.size(-1),
                           dim);
                left_out += static_cast<std::size_t>(count);
                continue;
            }
            const auto begin = static_cast<int64_t>(ids.size());
            vectors.emplace_back(begin, token.vector.view({count, dim}));
            if (token.vector.dim() == 2) prompt.spans.push_back({begin, count});
            ids.insert(ids.end(), static_cast<std::size_t>(count), special.pad);
            mask.insert(mask.end(), static_cast<std::size_t>(count), 1);
        }
        ids.insert(ids.end(), left_out, special.pad);
        mask.insert(mask.end(), left_out, 0);
        Tensor embedded = vectors_of(at::tensor(ids, at::kLong));
        for (const auto& [row, vector] : vectors)
            embedded.narrow(0, row, vector.size(0)).copy_(vector);
        rows.push_back(embedded);
        prompt.counts.push_back(std::ranges::count(mask, 1));
        masks.push_back(at::tensor(mask, at::kLong));
    }
    prompt.embeddings = at::stack(rows);
    prompt.mask = at::stack(masks);
    return prompt;
}

EmbeddedPrompt embed_prompt(const std::vector<PromptChunk>& chunks, const Embedding& table,
                            const SpecialTokens& special) {
    return embed_prompt(chunks, [&](const Tensor& ids) { return table(ids); }, table.dim(), special);
}

bool has_weights(const std::vector<PromptChunk>& chunks) {
    return std::ranges::any_of(chunks, [](const PromptChunk& chunk) {
        return std::ranges::any_of(chunk, [](const PromptToken& token) { return token.weight != 1.0; });
    });
}

PromptChunk empty_prompt(const SpecialTokens& special, std::size_t length) {
    PromptChunk chunk;
    for (const auto& token : {special.start, special.end})
        if (token) chunk.push_back({.id = *token, .vector = {}});
    chunk.resize(std::max(chunk.size(), length), {.id = special.pad, .vector = {}});
    return chunk;
}

Tensor weigh_prompt(const Tensor& outputs, const Tensor& empty, const std::vector<PromptChunk>& chunks) {
    Tensor weighed = outputs;
    if (empty.defined()) {
        weighed = outputs.clone();
        for (std::size_t i = 0; i < chunks.size(); ++i) {
            const Tensor chunk = weighed[static_cast<int64_t>(i)];
            for (std::size_t k = 0; k < chunks[i].size(); ++k) {
                const double weight = chunks[i][k].weight;
                if (weight == 1.0) continue;
                const auto row = static_cast<int64_t>(k);
                chunk[row].copy_((chunk[row] - empty[row]) * weight + empty[row]);
            }
        }
    }
    return weighed.flatten(0, 1).unsqueeze(0);
}

}  // namespace easel::inference
