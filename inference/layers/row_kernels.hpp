// Inner loops over rows of values that lie densely in memory, for processors with AVX-512. Sums are in float32.
#pragma once

#include <c10/util/BFloat16.h>

#include <cstdint>

namespace easel::inference::row_kernels {

using c10::BFloat16;

// Whether this processor can run the functions below.
bool supported();

// What becomes of a row.
enum class Ending { plain, silu };

// By how much the values of `rows` rows of `count` exceed those of the row `base`: the sums over the rows, and those of
// the squares, [count] each.
struct Moments {
    float *sum, *squares;
};
void moments(const float* from, const float* base, int64_t rows, int64_t count, const Moments& to);
void moments(const BFloat16* from, const BFloat16* base, int64_t rows, int64_t count, const Moments& to);

// from * scale + shift for `rows` rows of `count`.
struct ScaleAndShift {
    const float *scale, *shift;
    Ending ending;
};
void scale_and_shift(const float* from, int64_t rows, int64_t count, const ScaleAndShift& use, float* to);
void scale_and_shift(const BFloat16* from, int64_t rows, int64_t count, const ScaleAndShift& use, BFloat16* to);

// Each of `rows` rows of `count` over its root mean square, times `scale`.
struct OverRootMeanSquare {
    const float* scale;
    Ending ending;
};
void over_root_mean_square(const float* from, int64_t rows, int64_t count, const OverRootMeanSquare& use, float* to);
void over_root_mean_square(const BFloat16* from, int64_t rows, int64_t count, const OverRootMeanSquare& use,
                           BFloat16* to);

// values * gelu(gates) for `count` values.
void gated_gelu(const float* values, const float* gates, int64_t count, float* to);

}  // namespace easel::inference::row_kernels
