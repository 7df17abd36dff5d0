#include "inference/text/clip_pair.hpp"

#include <algorithm>

namespace easel::inference {

namespace {

void fill_up(const PromptFormat& format, std::vector<PromptChunk>& chunks, std::size_t count) {
    while (chunks.size() < count) {
        const auto empty = tokenize_prompt("", format);
        chunks.insert(chunks.end(), empty.begin(), empty.end());
    }
}

}  // namespace

bool names_both_clips(const TextRequest& request) {
    return request.by_encoder.contains("clip_l") && request.by_encoder.contains("clip_g");
}

void even_out(const PromptFormat& first, std::vector<PromptChunk>& first_chunks, const PromptFormat& second,
              std::vector<PromptChunk>& second_chunks) {
    fill_up(first, first_chunks, second_chunks.size());
    fill_up(second, second_chunks, first_chunks.size());
}

Tensor beside(const Tensor& left, const Tensor& right) {
    const int64_t tokens = std::min(left.size(1), right.size(1));
    return at::cat({left.narrow(1, 0, tokens), right.narrow(1, 0, tokens)}, -1);
}

}  // namespace easel::inference
