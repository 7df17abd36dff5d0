#include "inference/sampling/conditioning_ops.hpp"

#include "base/error.hpp"

namespace easel::inference {
namespace {

const Condition& first_of(const Conditioning& conditioning) {
    if (conditioning.empty()) throw UserError("the conditioning to mix in is empty: connect an encoded prompt");
    return conditioning.front();
}

// [batch, tokens, dim] cut or filled with zeros to `tokens`.
Tensor with_tokens(const Tensor& cross, int64_t tokens) {
    const Tensor kept = cross.slice(1, 0, tokens);
    if (kept.size(1) == tokens) return kept;
    return at::cat({kept, at::zeros({1, tokens - kept.size(1), kept.size(2)}, kept.options())}, 1);
}

}  // namespace

Conditioning average(const Conditioning& to, const Conditioning& from, double strength) {
    const Condition& other = first_of(from);
    Conditioning mixed = to;
    for (Condition& condition : mixed) {
        condition.cross =
            condition.cross * strength + with_tokens(other.cross, condition.cross.size(1)) * (1.0 - strength);
        if (!other.pooled) continue;
        const Tensor pooled = condition.pooled.value_or(*other.pooled);
        condition.pooled = pooled * strength + *other.pooled * (1.0 - strength);
    }
    return mixed;
}

Conditioning concat(const Conditioning& to, const Conditioning& from) {
    const Condition& other = first_of(from);
    Conditioning joined = to;
    for (Condition& condition : joined)
        condition.cross = at::cat({condition.cross, other.cross}, 1);
    return joined;
}

}  // namespace easel::inference
