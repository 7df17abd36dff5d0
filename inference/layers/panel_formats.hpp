// The two kinds of panels that products of our own are computed with, in one shape for the templates that use them:
// float16 (half_kernels.hpp) and float32 (single_kernels.hpp).
#pragma once

#include "inference/layers/half_kernels.hpp"
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

    static float scale_for(float largest) { return half_kernels::scale_for(largest); }
    static float largest(const float* values, int64_t count) { return half_kernels::largest(values, count); }
    static void to_items(const float* values, int64_t count, float scale, Item* items) {
        half_kernels::to_pairs(values, count, scale, items);
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

struct SinglePanels {
    using Value = float;
    using Item = float;
    static constexpr at::ScalarType type = at::kFloat;
    static constexpr int64_t columns = single_kernels::columns;
    static constexpr int64_t values_of_factor = 1;

    // Nothing has to be scaled.
    static float scale_for(float) { return 1.0F; }
    static float largest(const float*, int64_t) { return 0.0F; }
    static void to_items(const float* values, int64_t count, float, Item* items) {
        std::copy(values, values + count, items);
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

static_assert(half_kernels::tile_rows == single_kernels::tile_rows);
constexpr int64_t panel_tile_rows = half_kernels::tile_rows;

}  // namespace easel::inference
