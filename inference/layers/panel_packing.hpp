// Laying out rows of a weight as the lines of a panel, 16 x 16 values at a time. For files that define kernels for
// processors with AVX-512.
#pragma once

#include "inference/layers/half_kernels.hpp"

#include <algorithm>

#if defined(__x86_64__)
#include <immintrin.h>
// GCC 12 takes the undefined registers of its own intrinsics for mistakes of ours.
#pragma GCC diagnostic ignored "-Wmaybe-uninitialized"
#pragma GCC diagnostic ignored "-Wuninitialized"

#define EASEL_PACKING [[gnu::target("f16c,fma,avx512f,avx512bw,avx512vl,avx512dq")]]

namespace easel::inference::panel_packing {

constexpr int64_t side = 16;          // of a square, the floats of a register
constexpr int64_t squares_ahead = 8;  // what will be read soon

EASEL_PACKING inline __mmask16 first_of(int64_t count) {
    return static_cast<__mmask16>(count >= side ? 0xFFFF : (1U << static_cast<unsigned>(count)) - 1U);
}

EASEL_PACKING inline __m512 widened(__m256i brains) {
    return _mm512_castsi512_ps(_mm512_slli_epi32(_mm512_cvtepu16_epi32(brains), 16));
}

// The values that `mask` says, zeros for the others.
EASEL_PACKING inline __m512 floats(const half_kernels::Half* values, __mmask16 mask) {
    return _mm512_cvtph_ps(_mm256_maskz_loadu_epi16(mask, values));
}
EASEL_PACKING inline __m512 floats(const half_kernels::Brain* values, __mmask16 mask) {
    return widened(_mm256_maskz_loadu_epi16(mask, values));
}
EASEL_PACKING inline __m512 floats(const float* values, __mmask16 mask) { return _mm512_maskz_loadu_ps(mask, values); }

EASEL_PACKING inline __m512 floats(const half_kernels::Half* values) {
    return _mm512_cvtph_ps(_mm256_loadu_si256(reinterpret_cast<const __m256i*>(values)));
}
EASEL_PACKING inline __m512 floats(const half_kernels::Brain* values) {
    return widened(_mm256_loadu_si256(reinterpret_cast<const __m256i*>(values)));
}
EASEL_PACKING inline __m512 floats(const float* values) { return _mm512_loadu_ps(values); }

EASEL_PACKING inline void put(half_kernels::Half* to, __m512 values) {
    _mm256_storeu_si256(reinterpret_cast<__m256i*>(to), _mm512_cvtps_ph(values, _MM_FROUND_TO_NEAREST_INT));
}
// Only for values that are bfloat16: nothing is rounded.
EASEL_PACKING inline void put(half_kernels::Brain* to, __m512 values) {
    const __m256i upper = _mm512_cvtepi32_epi16(_mm512_srli_epi32(_mm512_castps_si512(values), 16));
    _mm256_storeu_si256(reinterpret_cast<__m256i*>(to), upper);
}
EASEL_PACKING inline void put(float* to, __m512 values) { _mm512_storeu_ps(to, values); }

// The lower or the upper halves of each quarter, as pairs.
template <bool upper>
EASEL_PACKING inline __m512 joined(__m512 low, __m512 high) {
    const __m512d a = _mm512_castps_pd(low), b = _mm512_castps_pd(high);
    return _mm512_castpd_ps(upper ? _mm512_unpackhi_pd(a, b) : _mm512_unpacklo_pd(a, b));
}

// Rows become columns.
EASEL_PACKING inline void transpose(__m512 (&rows)[side]) {
    __m512 pairs[side], fours[side];
#pragma GCC unroll 8
    for (int i = 0; i < side; i += 2) {
        pairs[i] = _mm512_unpacklo_ps(rows[i], rows[i + 1]);
        pairs[i + 1] = _mm512_unpackhi_ps(rows[i], rows[i + 1]);
    }
    // in each quarter of a register four rows of one column
#pragma GCC unroll 4
    for (int i = 0; i < side; i += 4) {
        fours[i] = joined<false>(pairs[i], pairs[i + 2]);
        fours[i + 1] = joined<true>(pairs[i], pairs[i + 2]);
        fours[i + 2] = joined<false>(pairs[i + 1], pairs[i + 3]);
        fours[i + 3] = joined<true>(pairs[i + 1], pairs[i + 3]);
    }
    constexpr int even = 0x88, odd = 0xDD;  // quarters
#pragma GCC unroll 4
    for (int i = 0; i < 4; ++i) {
        const __m512 a = _mm512_shuffle_f32x4(fours[i], fours[i + 4], even);
        const __m512 b = _mm512_shuffle_f32x4(fours[i], fours[i + 4], odd);
        const __m512 c = _mm512_shuffle_f32x4(fours[i + 8], fours[i + 12], even);
        const __m512 d = _mm512_shuffle_f32x4(fours[i + 8], fours[i + 12], odd);
        rows[i] = _mm512_shuffle_f32x4(a, c, even);
        rows[i + 4] = _mm512_shuffle_f32x4(b, d, even);
        rows[i + 8] = _mm512_shuffle_f32x4(a, c, odd);
        rows[i + 12] = _mm512_shuffle_f32x4(b, d, odd);
    }
}

// The squares' rows lie far apart: without this the processor would wait for each.
EASEL_PACKING inline void fetch(const void* from) { _mm_prefetch(static_cast<const char*>(from), _MM_HINT_T0); }

// `extent` of a weight, times `scale`, as a panel [tap, channel, columns]; `columns` is a multiple of 16, and columns
// beyond the rows become zeros.
template <class Stored, class Value>
EASEL_PACKING void pack(const Stored* from, const half_kernels::Extent& extent, float scale, int64_t columns,
                        Value* panel) {
    const int64_t size = extent.row_size();
    const __m512 factor = _mm512_set1_ps(scale);
    Value* lines[side];
    for (int64_t first = 0; first < size; first += side) {
        const int64_t count = std::min(side, size - first);
        for (int64_t i = 0; i < count; ++i) {
            const int64_t channel = (first + i) / extent.taps, tap = (first + i) % extent.taps;
            lines[i] = panel + (tap * extent.channels + channel) * columns;
        }
        for (int64_t column = 0; column < columns; column += side) {
            __m512 square[side];
            for (int64_t row = 0; row < side; ++row) {
                square[row] = _mm512_setzero_ps();
                if (column + row >= extent.rows) continue;
                const Stored* const values = from + (column + row) * size + first;
                square[row] = _mm512_mul_ps(floats(values, first_of(count)), factor);
                fetch(values + squares_ahead * side);
            }
            transpose(square);
            for (int64_t i = 0; i < count; ++i)
                put(lines[i] + column, square[i]);
        }
    }
}

}  // namespace easel::inference::panel_packing

#undef EASEL_PACKING
#endif
