#include "inference/layers/single_kernels.hpp"

#include "inference/layers/panel_packing.hpp"

#include <algorithm>

#if defined(__x86_64__)
#include <immintrin.h>
// GCC 12 takes the undefined registers of its own intrinsics for mistakes of ours.
#pragma GCC diagnostic ignored "-Wmaybe-uninitialized"
#pragma GCC diagnostic ignored "-Wuninitialized"
#endif

namespace easel::inference::single_kernels {

#if defined(__x86_64__)

#define EASEL_SINGLE [[gnu::target("f16c,fma,avx512f,avx512bw,avx512vl,avx512dq")]]

namespace {

constexpr int64_t lanes_of_singles = 16;

using panel_packing::floats;

// All sums stay in registers: two for each row and three more.
template <int rows, class Value>
EASEL_SINGLE void single_tile(const float* const* from, int64_t offset, int64_t length, const Value* panel, float* sums,
                              Sums mode) {
    const __mmask16 kept = mode == Sums::begin ? 0 : 0xFFFF;
    __m512 left[rows], right[rows];
    const float* row[rows];
#pragma GCC unroll 16
    for (int r = 0; r < rows; ++r) {
        left[r] = _mm512_maskz_loadu_ps(kept, sums + r * columns);
        right[r] = _mm512_maskz_loadu_ps(kept, sums + r * columns + lanes_of_singles);
        row[r] = from[r] + offset;
    }
    for (int64_t k = 0; k < length; ++k) {
        const __m512 a = floats(panel);
        const __m512 b = floats(panel + lanes_of_singles);
        const char* const ahead = reinterpret_cast<const char*>(panel + 16 * columns);
        _mm_prefetch(ahead, _MM_HINT_T0);
        if constexpr (sizeof(Value) == sizeof(float)) _mm_prefetch(ahead + 64, _MM_HINT_T0);
        panel += columns;
#pragma GCC unroll 16
        for (int r = 0; r < rows; ++r) {
            const __m512 value = _mm512_set1_ps(row[r][k]);
            left[r] = _mm512_fmadd_ps(value, a, left[r]);
            right[r] = _mm512_fmadd_ps(value, b, right[r]);
        }
    }
#pragma GCC unroll 16
    for (int r = 0; r < rows; ++r) {
        _mm512_storeu_ps(sums + r * columns, left[r]);
        _mm512_storeu_ps(sums + r * columns + lanes_of_singles, right[r]);
    }
}

template <class Value>
void multiply_tile(const float* const* rows, int64_t count, int64_t offset, int64_t length, const Value* panel,
                   float* sums, Sums mode) {
    if (count == 12)
        single_tile<12>(rows, offset, length, panel, sums, mode);
    else if (count == 8)
        single_tile<8>(rows, offset, length, panel, sums, mode);
    else
        single_tile<4>(rows, offset, length, panel, sums, mode);
}

}  // namespace

bool supported() {
    static const bool result = __builtin_cpu_supports("avx512f") && __builtin_cpu_supports("avx512dq") &&
                               __builtin_cpu_supports("avx512vl") && __builtin_cpu_supports("avx512bw");
    return result;
}

void pack_panel(const float* from, const Extent& extent, float* panel) {
    panel_packing::pack(from, extent, 1.0F, columns, panel);
}

void pack_panel(const Half* from, const Extent& extent, float* panel) {
    panel_packing::pack(from, extent, 1.0F, columns, panel);
}

void pack_panel(const Brain* from, const Extent& extent, float* panel) {
    panel_packing::pack(from, extent, 1.0F, columns, panel);
}

void pack_panel(const Half* from, const Extent& extent, Half* panel) {
    panel_packing::pack(from, extent, 1.0F, columns, panel);
}

void pack_panel(const Brain* from, const Extent& extent, Brain* panel) {
    panel_packing::pack(from, extent, 1.0F, columns, panel);
}

void multiply(const float* const* rows, int64_t count, int64_t offset, int64_t length, const float* panel, float* sums,
              Sums mode) {
    multiply_tile(rows, count, offset, length, panel, sums, mode);
}

void multiply(const float* const* rows, int64_t count, int64_t offset, int64_t length, const Half* panel, float* sums,
              Sums mode) {
    multiply_tile(rows, count, offset, length, panel, sums, mode);
}

void multiply(const float* const* rows, int64_t count, int64_t offset, int64_t length, const Brain* panel, float* sums,
              Sums mode) {
    multiply_tile(rows, count, offset, length, panel, sums, mode);
}

EASEL_SINGLE void finish(const float* sums, float factor, const float* bias, int64_t count, float* out) {
    const __m512 times = _mm512_set1_ps(factor);
    for (int64_t i = 0; i < count; i += lanes_of_singles) {
        const int64_t left = count - i;
        const auto mask =
            static_cast<__mmask16>(left >= lanes_of_singles ? 0xFFFF : (1U << static_cast<unsigned>(left)) - 1U);
        const __m512 plus = bias == nullptr ? _mm512_setzero_ps() : _mm512_maskz_loadu_ps(mask, bias + i);
        _mm512_mask_storeu_ps(out + i, mask, _mm512_fmadd_ps(_mm512_loadu_ps(sums + i), times, plus));
    }
}

#undef EASEL_SINGLE

#else  // no such processor: nothing calls these

bool supported() { return false; }
void pack_panel(const float*, const Extent&, float*) {}
void pack_panel(const Half*, const Extent&, float*) {}
void pack_panel(const Brain*, const Extent&, float*) {}
void pack_panel(const Half*, const Extent&, Half*) {}
void pack_panel(const Brain*, const Extent&, Brain*) {}
void multiply(const float* const*, int64_t, int64_t, int64_t, const float*, float*, Sums) {}
void multiply(const float* const*, int64_t, int64_t, int64_t, const Half*, float*, Sums) {}
void multiply(const float* const*, int64_t, int64_t, int64_t, const Brain*, float*, Sums) {}
void finish(const float*, float, const float*, int64_t, float*) {}

#endif

}  // namespace easel::inference::single_kernels
