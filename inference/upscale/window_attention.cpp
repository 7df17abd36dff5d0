#include "inference/upscale/window_attention.hpp"

#include "inference/layers/attention.hpp"

#include <cmath>

namespace easel::inference {

Tensor attend_in_windows(const Tensor& q, const Tensor& k, const Tensor& v, const Tensor& bias, const Tensor& mask) {
    const int64_t heads = bias.size(0);
    const Tensor queries = split_heads(q, heads) * (1.0 / std::sqrt(static_cast<double>(q.size(2) / heads)));
    Tensor scores = at::matmul(queries, split_heads(k, heads).transpose(-2, -1)) + bias;
    if (mask.defined()) scores = (scores.unflatten(0, {-1, mask.size(0)}) + mask.unsqueeze(1)).flatten(0, 1);
    return merge_heads(at::matmul(scores.softmax(-1), split_heads(v, heads)));
}

Tensor WindowAttention::operator()(const Tensor& x, int64_t shift, const Tensor& mask) const {
    const Tensor moved = shift > 0 ? at::roll(x, {-shift, -shift}, {1, 2}) : x;
    const auto parts = qkv(to_windows(moved, window)).chunk(3, -1);
    const Tensor bias = relative_bias(bias_table.like(x), window);
    const Tensor seen = attend_in_windows(parts[0].contiguous(), parts[1].contiguous(), parts[2].contiguous(), bias,
                                          shift > 0 ? mask : Tensor());
    const Tensor y = from_windows(projection(seen), window, x.size(1), x.size(2));
    return shift > 0 ? at::roll(y, {shift, shift}, {1, 2}) : y;
}

}  // namespace easel::inference
