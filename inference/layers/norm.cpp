#include "inference/layers/norm.hpp"

#include "inference/layers/fused_norm.hpp"

namespace easel::inference {
namespace {

Tensor normalised(const Tensor& x, const GroupNorm& norm, Activation activation) {
    const Tensor& weight = norm.weight.like(x);
    const Tensor& bias = norm.bias.like(x);
    if (runs_fused_norm(x)) return fused_group_norm(x, norm.groups, weight, bias, norm.eps, activation);
    Tensor result = at::group_norm(x, norm.groups, weight, bias, norm.eps);
    return activation == Activation::silu ? at::silu_(result) : result;
}

}  // namespace

Tensor GroupNorm::operator()(const Tensor& x) const { return normalised(x, *this, Activation::none); }

Tensor GroupNorm::then_silu(const Tensor& x) const { return normalised(x, *this, Activation::silu); }

}  // namespace easel::inference
