#include "inference/layers/packed.hpp"

#include "inference/layers/exact_products.hpp"
#include "inference/layers/panel_products.hpp"
#include "inference/layers/products.hpp"
#include "inference/layers/winograd.hpp"

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

// The panels that this weight is multiplied through; nothing: through oneDNN.
std::optional<PanelKind> panel_kind(const Weight& weight, const Tensor& x) {
    if (x.scalar_type() != at::kFloat || !suits_panels(weight.shape())) return std::nullopt;
    if (weight.allows_half_products() && !ExactProducts::are_wanted()) return PanelKind::half;
    if (!has_fast_single_panels()) return std::nullopt;
    const at::ScalarType type = weight.stored().scalar_type();
    if (type == at::kHalf && weight.is_plain()) return PanelKind::single_of_half;
    if (type == at::kBFloat16 && weight.is_plain()) return PanelKind::single_of_bfloat16;
    return PanelKind::single;
}

PackedForm form_of(PanelKind kind, int variant, bool takes_stored) {
    constexpr int kinds = 4;
    return {.type = kind == PanelKind::half ? at::kHalf : at::kFloat,
            .variant = variant * kinds + static_cast<int>(kind),
            .takes_stored = takes_stored};
}

// What kernels do not do themselves.
Tensor input_of(const Tensor& x, const ConvUse& use) {
    return use.doubles ? at::upsample_nearest2d(x, {2 * x.size(2), 2 * x.size(3)}) : x;
}
Tensor with_sum(Tensor result, const ConvUse& use) { return use.plus.defined() ? result.add_(use.plus) : result; }

Tensor convolve_through_panels(const Tensor& x, const Weight& weight, const Weight& bias, const ConvUse& use,
                               PanelKind kind, const std::function<Tensor(const Tensor&)>& kernel_of) {
    const ConvShape shape{.out_channels = weight.size(0),
                          .kernel_height = weight.size(-2),
                          .kernel_width = weight.size(-1),
                          .stride = use.stride,
                          .padding = use.padding};
    // What makes a kernel of the weight may compute, in float32.
    const bool takes_stored = use.kernel == nullptr;
    if (kind != PanelKind::half && !takes_stored) kind = PanelKind::single;
    const int64_t zoom = use.doubles ? 2 : 1;
    const bool runs_winograd =
        weight.shape().size() == 4 &&
        suits_winograd({x.size(0), x.size(1), zoom * x.size(2), zoom * x.size(3)}, weight.shape(), shape, kind);
    if (runs_winograd && kind != PanelKind::half) kind = PanelKind::single;  // sums of halves are none
    const PackedForm form = form_of(kind, 2 * use.variant + (runs_winograd ? 1 : 0), takes_stored);
    if (runs_winograd) {
        const auto lay_out = [&](const Tensor& dense) { return pack_winograd(kernel_of(dense), kind); };
        return winograd_conv2d(x, weight.packed(x, form, lay_out), kind, bias.like(x),
                               {.out_channels = weight.size(0), .doubles = use.doubles, .plus = use.plus});
    }
    const auto lay_out = [&](const Tensor& dense) { return pack_panels(kernel_of(dense), kind); };
    return with_sum(panel_conv2d(input_of(x, use), weight.packed(x, form, lay_out), kind, bias.like(x), shape), use);
}

}  // namespace

bool runs_packed(const Weight& weight, const Tensor& x) {
    if (!x.is_cpu() || x.numel() == 0) return false;
    // Laid out as halves, a weight that is stored in few bits need not be decoded for each use.
    if (encoding_of(weight.stored())) return panel_kind(weight, x) == PanelKind::half;
    return weight.packs() && at::globalContext().hasMKLDNN() &&
           (x.scalar_type() == at::kFloat || (x.scalar_type() == at::kBFloat16 && has_bfloat16_products()));
}

Tensor packed_for_linear(const Tensor& weight, int64_t rows) {
    static const auto pack = kernel("mkldnn::_reorder_linear_weight");
    return call(pack, {weight, rows});
}

Tensor packed_linear(const Tensor& x, const Tensor& packed, const Tensor& bias) {
    static const auto compute = kernel("mkldnn::_linear_pointwise");
    return call(compute, {x, packed, optional(bias), "none", no_scalars(), c10::IValue()});
}

Tensor packed_linear(const Tensor& x, const Weight& weight, const Weight& bias) {
    if (const auto kind = panel_kind(weight, x)) {
        const auto lay_out = [&](const Tensor& dense) { return pack_panels(dense.flatten(1), *kind); };
        const Tensor& packed = weight.packed(x, form_of(*kind, 0, /*takes_stored=*/true), lay_out);
        return panel_linear(x, packed, *kind, bias.like(x), weight.size(0));
    }
    const Tensor& packed = weight.packed(x, {.type = x.scalar_type()}, [&](const Tensor& dense) {
        return packed_for_linear(dense.flatten(1).contiguous(), x.numel() / x.size(-1));
    });
    return packed_linear(x, packed, bias.like(x));
}

Tensor packed_conv2d(const Tensor& x, const Weight& weight, const Weight& bias, const ConvUse& use) {
    const auto kernel_of = [&](const Tensor& dense) {
        const Tensor kernel = use.kernel == nullptr ? dense : use.kernel(dense);
        return kernel.is_contiguous(at::MemoryFormat::ChannelsLast) ? kernel : kernel.contiguous();
    };
    if (const auto kind = panel_kind(weight, x)) return convolve_through_panels(x, weight, bias, use, *kind, kernel_of);
    static const auto pack = kernel("mkldnn::_reorder_convolution_weight");
    static const auto compute = kernel("mkldnn::_convolution_pointwise");
    const Tensor input = input_of(x, use);
    const auto lay_out = [&](const Tensor& dense) {
        return call(pack, {kernel_of(dense), twice(use.padding), twice(use.stride), twice(1), 1,
                           c10::List<int64_t>(input.sizes())});
    };
    const Tensor& packed = weight.packed(x, {.type = x.scalar_type(), .variant = use.variant}, lay_out);
    return with_sum(call(compute, {input, packed, optional(bias.like(x)), twice(use.padding), twice(use.stride),
                                   twice(1), 1, "none", no_scalars(), c10::IValue()}),
                    use);
}

}  // namespace easel::inference
