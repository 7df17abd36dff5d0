#include "inference/layers/split_attention.hpp"

#include "inference/memory/device.hpp"

#include <algorithm>
#include <vector>

namespace easel::inference {

namespace {

constexpr int64_t most_pieces = 64;

Tensor in_pieces(const Tensor& q, const Tensor& k, const Tensor& v, const std::optional<Tensor>& bias, int64_t pieces) {
    if (pieces == 1) return at::scaled_dot_product_attention(q, k, v, bias);
    const int64_t tokens = q.size(2), size = (tokens + pieces - 1) / pieces;
    std::vector<Tensor> parts;
    for (int64_t start = 0; start < tokens; start += size) {
        const int64_t count = std::min(size, tokens - start);
        std::optional<Tensor> part = bias;
        if (bias && bias->dim() >= 2 && bias->size(-2) == tokens) part = bias->narrow(-2, start, count);
        parts.push_back(at::scaled_dot_product_attention(q.narrow(2, start, count), k, v, part));
    }
    return at::cat(parts, 2);
}

}  // namespace

Tensor attention_as_memory_allows(const Tensor& q, const Tensor& k, const Tensor& v,
                                  const std::optional<Tensor>& bias) {
    for (int64_t pieces = 1;; pieces *= 2) {
        try {
            return in_pieces(q, k, v, bias, pieces);
        } catch (const std::exception& error) {
            if (!is_out_of_memory(error) || 2 * pieces > std::min(most_pieces, q.size(2))) throw;
        }
    }
}

}  // namespace easel::inference
