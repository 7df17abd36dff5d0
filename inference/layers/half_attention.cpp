#include "inference/layers/half_attention.hpp"

#include "inference/layers/half_softmax.hpp"

#include <ATen/Parallel.h>

#include <algorithm>
#include <cmath>
#include <numbers>
#include <vector>

namespace easel::inference {
namespace {

using half_kernels::Half;
using half_kernels::Pair;
using half_kernels::Sums;

thread_local bool allowed = false;

constexpr int64_t queries_at_once = half_kernels::columns, tile_rows = half_kernels::tile_rows;
constexpr int64_t keys_at_once = 16 * tile_rows;  // their scores and weights stay in the cache

// One head's rows in a tensor [batch, heads, rows, d].
struct HeadView {
    const float* values;
    int64_t stride;

    HeadView(const Tensor& x, int64_t head)
        : values(x.const_data_ptr<float>() + head / x.size(1) * x.stride(0) + head % x.size(1) * x.stride(1)),
          stride(x.stride(2)) {}
    const float* row(int64_t index) const { return values + index * stride; }
};

float largest(const HeadView& rows, int64_t count, int64_t dim) {
    float result = 0.0F;
    for (int64_t i = 0; i < count; ++i)
        result = std::max(result, half_kernels::largest(rows.row(i), dim));
    return result;
}

// Keys as pairs [keys, d] and values as pairs [d, keys], so that both products sum over what lies densely. Rows begin
// `key_stride` and `value_stride` apart.
struct PreparedHead {
    Pair* keys;
    Pair* values;
    int64_t key_stride, value_stride;
    float factor_of_scores = 0.0F, factor_of_values = 0.0F;

    void prepare(const HeadView& k, const HeadView& v, int64_t count, int64_t dim) {
        const float scale_of_keys = half_kernels::scale_for(largest(k, count, dim));
        const float scale_of_values = half_kernels::scale_for(largest(v, count, dim));
        for (int64_t key = 0; key < count; ++key)
            half_kernels::to_pairs(k.row(key), dim, scale_of_keys, keys + key * key_stride);
        constexpr int64_t block = 16;  // keys whose values fill a line of the cache
        std::vector<Pair> lines(static_cast<std::size_t>(block * dim));
        for (int64_t first = 0; first < count; first += block) {
            const int64_t seen = std::min(block, count - first);
            for (int64_t key = 0; key < seen; ++key)
                half_kernels::to_pairs(v.row(first + key), dim, scale_of_values, lines.data() + key * dim);
            for (int64_t i = 0; i < dim; ++i)
                for (int64_t key = 0; key < seen; ++key)
                    values[i * value_stride + first + key] = lines[static_cast<std::size_t>(key * dim + i)];
        }
        factor_of_scores = 1.0F / scale_of_keys;
        factor_of_values = 1.0F / scale_of_values;
    }
};

// Pointers to rows that lie `stride` apart, made up to a whole number of the smallest tiles.
std::vector<const Pair*> row_pointers(const Pair* first, int64_t count, int64_t stride) {
    constexpr int64_t narrow = 4;
    std::vector<const Pair*> rows;
    for (int64_t i = 0; i < (count + narrow - 1) / narrow * narrow; ++i)
        rows.push_back(first + std::min(i, count - 1) * stride);
    return rows;
}

// The products of all `rows` with a panel.
void multiply(const std::vector<const Pair*>& rows, int64_t offset, int64_t length, const Half* panel, float* sums,
              Sums mode) {
    const auto count = static_cast<int64_t>(rows.size());
    for (int64_t row = 0; row < count; row += tile_rows)
        half_kernels::multiply(rows.data() + row, std::min(tile_rows, count - row), offset, length, panel,
                               sums + row * queries_at_once, mode);
}

// What one thread needs for one block of queries.
class QueryBlock {
public:
    QueryBlock(int64_t keys, int64_t dim) : keys_(keys), dim_(dim) {
        const auto size = [](int64_t rows) { return static_cast<std::size_t>((rows + 3) * queries_at_once); };
        queries_.resize(size(dim));
        panel_.resize(size(dim));
        scores_.resize(size(keys_at_once));
        weights_.resize(size(keys_at_once));
        sums_.resize(size(dim));
    }

    // Queries `first` to `last` of one head; results go to `out`, whose tokens lie `stride` apart.
    void compute(const HeadView& q, int64_t first, int64_t last, const PreparedHead& head, float* out, int64_t stride) {
        const int64_t count = last - first;
        for (int64_t i = 0; i < count; ++i)
            std::copy_n(q.row(first + i), dim_, queries_.data() + i * dim_);
        const float factor =
            half_kernels::pack_panel(queries_.data(), {.rows = count, .channels = dim_, .taps = 1}, panel_.data()) *
            head.factor_of_scores * std::numbers::log2e_v<float> / std::sqrt(static_cast<float>(dim_));
        const std::vector<const Pair*> values = row_pointers(head.values, dim_, head.value_stride);
        RunningSoftmax softmax;
        for (int64_t key = 0; key < keys_; key += keys_at_once) {
            const int64_t seen = std::min(keys_at_once, keys_ - key);
            multiply(row_pointers(head.keys + key * head.key_stride, seen, head.key_stride), 0, dim_, panel_.data(),
                     scores_.data(), Sums::begin);
            softmax.add(scores_.data(), seen, factor, weights_.data());
            if (key > 0) softmax.rescale(sums_.data(), dim_);
            multiply(values, key, seen, weights_.data(), sums_.data(), key == 0 ? Sums::begin : Sums::go_on);
        }
        for (int64_t i = 0; i < count; ++i) {
            const float share =
                head.factor_of_values / RunningSoftmax::weight_scale / softmax.sum[static_cast<std::size_t>(i)];
            for (int64_t d = 0; d < dim_; ++d)
                out[i * stride + d] = sums_[static_cast<std::size_t>(d * queries_at_once + i)] * share;
        }
    }

private:
    int64_t keys_, dim_;
    std::vector<float> queries_, scores_, sums_;
    std::vector<Half> panel_, weights_;
};

Tensor dense_rows(const Tensor& x) { return x.stride(3) == 1 ? x : x.contiguous(); }

}  // namespace

Tensor half_attention(const Tensor& q_view, const Tensor& k_view, const Tensor& v_view) {
    const Tensor q = dense_rows(q_view), k = dense_rows(k_view), v = dense_rows(v_view);
    const int64_t heads = q.size(0) * q.size(1), tokens = q.size(2), keys = k.size(2), dim = q.size(3);
    Tensor result = at::empty({q.size(0), tokens, q.size(1), dim}, q.options());  // [batch, tokens, heads, d]
    const int64_t key_stride = half_kernels::spread(dim), value_stride = half_kernels::spread(keys);
    const int64_t size = keys * key_stride + dim * value_stride;
    Tensor pairs = at::empty({heads, size}, q.options().dtype(at::kInt));
    std::vector<PreparedHead> prepared(static_cast<std::size_t>(heads));
    auto* const memory = reinterpret_cast<Pair*>(pairs.mutable_data_ptr<int>());
    at::parallel_for(0, heads, 1, [&](int64_t begin, int64_t end) {
        for (int64_t head = begin; head < end; ++head) {
            PreparedHead& mine = prepared[static_cast<std::size_t>(head)];
            mine.keys = memory + head * size;
            mine.values = mine.keys + keys * key_stride;
            mine.key_stride = key_stride;
            mine.value_stride = value_stride;
            mine.prepare(HeadView(k, head), HeadView(v, head), keys, dim);
        }
    });
    float* const out = result.mutable_data_ptr<float>();
    const int64_t blocks = (tokens + queries_at_once - 1) / queries_at_once, stride = q.size(1) * dim;
    at::parallel_for(0, heads * blocks, 1, [&](int64_t begin, int64_t end) {
        QueryBlock block(keys, dim);
        for (int64_t unit = begin; unit < end; ++unit) {
            const int64_t head = unit / blocks, first = unit % blocks * queries_at_once;
            const int64_t batch = head / q.size(1), column = head % q.size(1) * dim;
            block.compute(HeadView(q, head), first, std::min(first + queries_at_once, tokens),
                          prepared[static_cast<std::size_t>(head)], out + (batch * tokens + first) * stride + column,
                          stride);
        }
    });
    return result.transpose(1, 2);
}

HalfAttention::HalfAttention(bool is_allowed) : before_(allowed) { allowed = is_allowed; }

HalfAttention::~HalfAttention() { allowed = before_; }

bool HalfAttention::is_allowed() { return allowed; }

}  // namespace easel::inference
