// The inner loops of float32 products, for x86-64 processors with AVX-512. The counterpart of half_kernels.hpp.
#pragma once

#include "inference/layers/half_kernels.hpp"

namespace easel::inference::single_kernels {

constexpr int64_t tile_rows = 12;  // of the left operand that are multiplied at once
constexpr int64_t columns = 32;    // of a panel of the right operand

using half_kernels::Brain;
using half_kernels::Extent;
using half_kernels::Half;
using half_kernels::Sums;

// Whether this processor can run the functions below.
bool supported();

// Up to `columns` rows of a weight as a panel: [tap, channel, columns], zeros in the columns that are not there.
void pack_panel(const float* from, const Extent& extent, float* panel);
void pack_panel(const Half* from, const Extent& extent, float* panel);
void pack_panel(const Brain* from, const Extent& extent, float* panel);
// The same in the type of the weight.
void pack_panel(const Half* from, const Extent& extent, Half* panel);
void pack_panel(const Brain* from, const Extent& extent, Brain* panel);

// The products of `count` (4, 8 or 12) rows with `length` lines of a panel: put into `sums` [rows, columns] or added to
// what is there. Row i begins at rows[i] + offset. Shorter values of a panel are made float32 on the way.
void multiply(const float* const* rows, int64_t count, int64_t offset, int64_t length, const float* panel, float* sums,
              Sums mode);
void multiply(const float* const* rows, int64_t count, int64_t offset, int64_t length, const Half* panel, float* sums,
              Sums mode);
void multiply(const float* const* rows, int64_t count, int64_t offset, int64_t length, const Brain* panel, float* sums,
              Sums mode);

// sums * factor + bias for the first `count` columns; `bias` may be null.
void finish(const float* sums, float factor, const float* bias, int64_t count, float* out);

}  // namespace easel::inference::single_kernels
