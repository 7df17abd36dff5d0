#include "inference/layers/linear.hpp"

#include "inference/layers/packed.hpp"
#include "inference/layers/panel_products.hpp"
#include "inference/weights/mapped_tensor.hpp"

namespace easel::inference {

namespace {

// Whether `weight` is better multiplied out of its file than kept in float32. Tables that are not packed are those of
// text encoders, which run once for a prompt.
bool only_passes(const Weight& weight, const Tensor& x) {
    const at::ScalarType type = weight.stored().scalar_type();
    constexpr int64_t fewest_rows = 32;
    return x.is_cpu() && x.scalar_type() == at::kFloat && (type == at::kHalf || type == at::kBFloat16) &&
           x.numel() >= fewest_rows * x.size(-1) && weight.size(0) >= fewest_rows && has_panel_products(at::kFloat) &&
           weight.is_plain();
}

}  // namespace

Tensor Linear::operator()(const Tensor& x) const {
    if (runs_packed(weight, x)) return packed_linear(x, weight, bias);
    if (only_passes(weight, x)) {
        Tensor result = passing_linear(x, weight.stored().flatten(1), bias.like(x));
        release_pages(weight.stored());
        return result;
    }
    return at::linear(x, weight.like(x).flatten(1), bias.like(x));
}

}  // namespace easel::inference
