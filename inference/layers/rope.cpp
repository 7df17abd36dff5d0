#include "inference/layers/rope.hpp"

#include <ATen/Parallel.h>

namespace easel::inference {
namespace {

bool runs_here(const Tensor& x, const Rope& rope) {
    const auto type = x.scalar_type();
    return x.is_cpu() && (type == at::kFloat || type == at::kBFloat16) && x.dim() == 4 && x.stride(3) == 1 &&
           rope.cos.is_contiguous() && rope.sin.is_contiguous();
}

// One pass over dense rows in place of the eight that tensor operations take.
template <class Scalar>
Tensor rotate_rows(const Tensor& x, const Rope& rope) {
    const int64_t heads = x.size(1), tokens = x.size(2), dim = x.size(3);
    Tensor out = at::empty(x.sizes(), x.options());
    const Scalar* const from = x.const_data_ptr<Scalar>();
    const float* const cos = rope.cos.const_data_ptr<float>();
    const float* const sin = rope.sin.const_data_ptr<float>();
    Scalar* const to = out.mutable_data_ptr<Scalar>();
    const auto rotate = [&](int64_t first, int64_t last) {
        for (int64_t row = first; row < last; ++row) {
            const int64_t token = row % tokens, head = row / tokens % heads, member = row / tokens / heads;
            const Scalar* const in = from + member * x.stride(0) + head * x.stride(1) + token * x.stride(2);
            const float* const c = cos + token * (dim / 2);
            const float* const s = sin + token * (dim / 2);
            Scalar* const result = to + row * dim;
            for (int64_t i = 0; i < dim / 2; ++i) {
                const auto a = static_cast<float>(in[2 * i]), b = static_cast<float>(in[2 * i + 1]);
                result[2 * i] = static_cast<Scalar>(c[i] * a - s[i] * b);
                result[2 * i + 1] = static_cast<Scalar>(s[i] * a + c[i] * b);
            }
        }
    };
    constexpr int64_t rows_worth_a_thread = 256;
    at::parallel_for(0, x.size(0) * heads * tokens, rows_worth_a_thread, rotate);
    return out;
}

}  // namespace

Rope rope_table(const Tensor& positions, at::IntArrayRef dims, double theta) {
    const auto options = positions.options().dtype(at::kDouble);
    std::vector<Tensor> angles;
    for (std::size_t axis = 0; axis < dims.size(); ++axis) {
        const int64_t dim = dims[axis];
        const Tensor exponent =
            at::linspace(0.0, static_cast<double>(dim - 2) / static_cast<double>(dim), dim / 2, options);
        const Tensor frequency = at::pow(at::Scalar(theta), exponent).reciprocal();
        const Tensor position = positions.select(1, static_cast<int64_t>(axis)).to(at::kFloat).to(at::kDouble);
        angles.push_back(position.unsqueeze(1) * frequency);
    }
    const Tensor angle = at::cat(angles, 1);  // [tokens, dim / 2]
    return {.cos = angle.cos().to(at::kFloat), .sin = angle.sin().to(at::kFloat)};
}

Rope joined(const std::vector<Rope>& tables) {
    std::vector<Tensor> cos, sin;
    for (const Rope& table : tables) {
        cos.push_back(table.cos);
        sin.push_back(table.sin);
    }
    return {.cos = at::cat(cos), .sin = at::cat(sin)};
}

Tensor rotate_pairs(const Tensor& x, const Rope& rope) {
    if (runs_here(x, rope))
        return x.scalar_type() == at::kFloat ? rotate_rows<float>(x, rope) : rotate_rows<at::BFloat16>(x, rope);
    const Tensor pairs = x.to(at::kFloat).unflatten(-1, {-1, 2});
    const Tensor a = pairs.select(-1, 0), b = pairs.select(-1, 1);
    return at::stack({rope.cos * a - rope.sin * b, rope.sin * a + rope.cos * b}, -1).flatten(-2).to(x.scalar_type());
}

Tensor rotate_halves(const Tensor& x, const Rope& rope) {
    const auto halves = x.to(at::kFloat).chunk(2, -1);
    return at::cat({rope.cos * halves[0] - rope.sin * halves[1], rope.sin * halves[0] + rope.cos * halves[1]}, -1)
        .to(x.scalar_type());
}

}  // namespace easel::inference
