// The kinds of panels that products of our own are computed with, in one shape for the templates that use them: float16
// (half_kernels.hpp), and float32 (single_kernels.hpp) of weights of three types.
#pragma once

#include "inference/layers/half_kernels.hpp"
#include "inference/layers/panel_products.hpp"
#include "inference/layers/single_kernels.hpp"

#include <ATen/core/Tensor.h>

#include <algorithm>

namespace easel::inference {

struct HalfPanels {
    using Value = half_kernels::Half;  // of a panel
    using Item = half_kernels::Pair;   // of a row of the left operand
    static constexpr at::ScalarType type = at::kHalf;
    static constexpr int64_t columns = half_kernels::columns;
    static constexpr int64_t values_of_factor = 2;  // that take a float32's place
    static constexpr bool keeps_type = false;       // of the weight

    static float scale_for(float largest) { return half_kernels::scale_for(largest); }
    static float largest(const float* values, int64_t count) { return half_kernels::largest(values, count); }
    static void to_items(const float* values, int64_t count, float scale, Item* items) {
        half_kernels::to_pairs(values, count, scale, items);
    }
    // The scale of a panel that holds sums of `values` of no more than `growth` times the largest of them.
    template <class Stored>
    static float scale_of_sums(const Stored* values, int64_t count, float growth) {
        return half_kernels::scale_of_weights(growth * half_kernels::largest_weight(values, count));
    }
    template <class Stored>
    static float pack(const Stored* from, const half_kernels::Extent& extent, Value* panel) {
        return half_kernels::pack_panel(from, extent, panel);
    }
    static void multiply(const Item* const* rows, int64_t count, int64_t offset, int64_t length, const Value* panel,
                         float* sums, half_kernels::Sums mode) {
        half_kernels::multiply(rows, count, offset, length, panel, sums, mode);
    }
};

// Products in float32 with panels of float32, or of halves or bfloat16 where the weight is made of such: nothing is
// rounded, and half as much has to be read.
template <class PanelValue, at::ScalarType panel_type>
struct FloatPanels {
    using Value = PanelValue;
    using Item = float;
    static constexpr at::ScalarType type = panel_type;
    static constexpr int64_t columns = single_kernels::columns;
    static constexpr int64_t values_of_factor = 0;  // it would be one everywhere
    static constexpr bool keeps_type = panel_type != at::kFloat;

    // Nothing has to be scaled.
    static float scale_for(float) { return 1.0F; }
    static float largest(const float*, int64_t) { return 0.0F; }
    static void to_items(const float* values, int64_t count, float, Item* items) {
        std::copy(values, values + count, items);
    }
    template <class Stored>
    static float scale_of_sums(const Stored*, int64_t, float) {
        return 1.0F;
    }
    template <class Stored>
    static float pack(const Stored* from, const half_kernels::Extent& extent, Value* panel) {
        single_kernels::pack_panel(from, extent, panel);
        return 1.0F;
    }
    static void multiply(const Item* const* rows, int64_t count, int64_t offset, int64_t length, const Value* panel,
                         float* sums, half_kernels::Sums mode) {
        single_kernels::multiply(rows, count, offset, length, panel, sums, mode);
    }
};

using SinglePanels = FloatPanels<float, at::kFloat>;
using SinglePanelsOfHalf = FloatPanels<half_kernels::Half, at::kHalf>;
using SinglePanelsOfBfloat16 = FloatPanels<half_kernels::Brain, at::kBFloat16>;

// `compute(format)` with the format of that kind.
template <class Compute>
auto with_format(PanelKind kind, const Compute& compute) {
    switch (kind) {
    case PanelKind::half:
        return compute(HalfPanels{});
    case PanelKind::single:
        return compute(SinglePanels{});
    case PanelKind::single_of_half:
        return compute(SinglePanelsOfHalf{});
    case PanelKind::single_of_bfloat16:
        break;
    }
    return compute(SinglePanelsOfBfloat16{});
}

// `compute(values)` with the values of a dense weight as they are stored: float32, float16 or bfloat16.
template <class Compute>
auto with_values(const Tensor& weight, const Compute& compute) {
    const void* const values = weight.const_data_ptr();
    if (weight.scalar_type() == at::kHalf) return compute(static_cast<const half_kernels::Half*>(values));
    if (weight.scalar_type() == at::kBFloat16) return compute(static_cast<const half_kernels::Brain*>(values));
    return compute(weight.const_data_ptr<float>());
}

static_assert(half_kernels::tile_rows == single_kernels::tile_rows);
constexpr int64_t panel_tile_rows = half_kernels::tile_rows;

}  // namespace easel::inference
