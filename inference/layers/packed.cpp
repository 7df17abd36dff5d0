#include "inference/layers/packed.hpp"

#include "inference/memory/compute.hpp"

#include <ATen/core/List.h>
#include <ATen/core/dispatch/Dispatcher.h>
#include <ATen/core/ivalue.h>

namespace easel::inference {

namespace {

// libtorch has these kernels for its compiler only, so they are called by name.
Tensor call(const c10::OperatorHandle& kernel, std::vector<c10::IValue> arguments) {
    kernel.callBoxed(arguments);
    return std::move(arguments.front()).toTensor();
}

c10::OperatorHandle kernel(const char* name) { return c10::Dispatcher::singleton().findSchemaOrThrow(name, ""); }

c10::IValue optional(const Tensor& tensor) { return tensor.defined() ? c10::IValue(tensor) : c10::IValue(); }

c10::IValue twice(int64_t value) { return c10::List<int64_t>({value, value}); }

c10::IValue no_scalars() { return c10::List<std::optional<at::Scalar>>(); }

}  // namespace

bool runs_packed(const Weight& weight, const Tensor& x) {
    return weight.packs() && x.is_cpu() && x.numel() > 0 && at::globalContext().hasMKLDNN() &&
           (x.scalar_type() == at::kFloat || (x.scalar_type() == at::kBFloat16 && has_fast_bfloat16()));
}

Tensor packed_linear(const Tensor& x, const Weight& weight, const Weight& bias) {
    static const auto pack = kernel("mkldnn::_reorder_linear_weight");
    static const auto compute = kernel("mkldnn::_linear_pointwise");
    const Tensor& packed = weight.packed(x, [&](const Tensor& dense) {
        return call(pack, {dense.flatten(1).contiguous(), x.numel() / x.size(-1)});
    });
    return call(compute, {x, packed, optional(bias.like(x)), "none", no_scalars(), c10::IValue()});
}

Tensor packed_conv2d(const Tensor& x, const Weight& weight, const Weight& bias, int64_t stride, int64_t padding) {
    static const auto pack = kernel("mkldnn::_reorder_convolution_weight");
    static const auto compute = kernel("mkldnn::_convolution_pointwise");
    const Tensor& packed = weight.packed(x, [&](const Tensor& dense) {
        return call(pack, {dense, twice(padding), twice(stride), twice(1), 1, c10::List<int64_t>(x.sizes())});
    });
    return call(compute, {x, packed, optional(bias.like(x)), twice(padding), twice(stride), twice(1), 1, "none",
                          no_scalars(), c10::IValue()});
}

}  // namespace easel::inference
