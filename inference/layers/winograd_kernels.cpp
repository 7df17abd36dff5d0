#include "inference/layers/winograd_kernels.hpp"

#if defined(__x86_64__)
#include <immintrin.h>
// GCC 12 takes the undefined registers of its own intrinsics for mistakes of ours.
#pragma GCC diagnostic ignored "-Wmaybe-uninitialized"
#pragma GCC diagnostic ignored "-Wuninitialized"
#endif

namespace easel::inference::winograd_kernels {

#if defined(__x86_64__)

#define EASEL_WINOGRAD [[gnu::target("f16c,fma,avx512f,avx512bw,avx512vl,avx512dq")]]

namespace {

constexpr int64_t winograd_lanes = 16;

EASEL_WINOGRAD inline __mmask16 lanes_of(int64_t count) {
    return static_cast<__mmask16>(count >= winograd_lanes ? 0xFFFF : (1U << static_cast<unsigned>(count)) - 1U);
}

EASEL_WINOGRAD inline void put(half_kernels::Pair* to, __m512 value, __mmask16 mask) {
    const __m512i half = _mm512_cvtepu16_epi32(_mm512_cvtps_ph(value, _MM_FROUND_TO_NEAREST_INT));
    _mm512_mask_storeu_epi32(to, mask, _mm512_or_si512(half, _mm512_slli_epi32(half, 16)));
}
EASEL_WINOGRAD inline void put(float* to, __m512 value, __mmask16 mask) { _mm512_mask_storeu_ps(to, mask, value); }

// d0 - d2, d1 + d2, d2 - d1, d1 - d3
EASEL_WINOGRAD inline void to_points(__m512& d0, __m512& d1, __m512& d2, __m512& d3) {
    const __m512 first = _mm512_sub_ps(d0, d2), second = _mm512_add_ps(d1, d2);
    const __m512 third = _mm512_sub_ps(d2, d1), fourth = _mm512_sub_ps(d1, d3);
    d0 = first;
    d1 = second;
    d2 = third;
    d3 = fourth;
}

template <class Item>
EASEL_WINOGRAD void points_of_tile(const TileInput& pixels, int64_t count, float scale, Item* to, int64_t stride) {
    const __m512 factor = _mm512_set1_ps(scale);
    for (int64_t first = 0; first < count; first += winograd_lanes) {
        const __mmask16 mask = lanes_of(count - first);
        __m512 d[4][4];
#pragma GCC unroll 4
        for (std::size_t y = 0; y < 4; ++y) {
#pragma GCC unroll 4
            for (std::size_t x = 0; x < 4; ++x)
                d[y][x] = _mm512_mul_ps(_mm512_maskz_loadu_ps(mask, pixels[y * 4 + x] + first), factor);
            to_points(d[y][0], d[y][1], d[y][2], d[y][3]);
        }
#pragma GCC unroll 4
        for (std::size_t x = 0; x < 4; ++x)
            to_points(d[0][x], d[1][x], d[2][x], d[3][x]);
#pragma GCC unroll 4
        for (int64_t y = 0; y < 4; ++y)
#pragma GCC unroll 4
            for (int64_t x = 0; x < 4; ++x)
                put(to + (y * 4 + x) * stride + first, d[y][x], mask);
    }
}

EASEL_WINOGRAD inline __m512 nine(const float* values) { return _mm512_maskz_loadu_ps(0x1FF, values); }
EASEL_WINOGRAD inline __m512 nine(const half_kernels::Half* values) {
    return _mm512_cvtph_ps(_mm256_maskz_loadu_epi16(0x1FF, values));
}

// Along both directions, g0, g1 and g2 become g0, (g0 + g1 + g2) / 2, (g0 - g1 + g2) / 2 and g2.
template <class Value>
EASEL_WINOGRAD void points_of_kernels(const Value* kernels, int64_t count, float* to) {
    // Four points of a row in each quarter of a register; the last quarter is of no use.
    const __m512i row = _mm512_setr_epi32(0, 0, 0, 0, 3, 3, 3, 3, 6, 6, 6, 6, 6, 6, 6, 6);
    const __m512i one = _mm512_set1_epi32(1);
    const __m512i row_1 = _mm512_add_epi32(row, one), row_2 = _mm512_add_epi32(row_1, one);
    const __m512 x_0 = _mm512_broadcast_f32x4(_mm_setr_ps(1.0F, 0.5F, 0.5F, 0.0F));
    const __m512 x_1 = _mm512_broadcast_f32x4(_mm_setr_ps(0.0F, 0.5F, -0.5F, 0.0F));
    const __m512 x_2 = _mm512_broadcast_f32x4(_mm_setr_ps(0.0F, 0.5F, 0.5F, 1.0F));
    const __m512i quarters = _mm512_setr_epi32(0, 0, 0, 0, 1, 1, 1, 1, 2, 2, 2, 2, 3, 3, 3, 3);
    const __m512 y_0 = _mm512_permutexvar_ps(quarters, x_0), y_1 = _mm512_permutexvar_ps(quarters, x_1),
                 y_2 = _mm512_permutexvar_ps(quarters, x_2);
    for (int64_t i = 0; i < count; ++i, kernels += 9, to += points) {
        const __m512 kernel = nine(kernels);
        __m512 rows = _mm512_mul_ps(_mm512_permutexvar_ps(row, kernel), x_0);
        rows = _mm512_fmadd_ps(_mm512_permutexvar_ps(row_1, kernel), x_1, rows);
        rows = _mm512_fmadd_ps(_mm512_permutexvar_ps(row_2, kernel), x_2, rows);
        __m512 result = _mm512_mul_ps(_mm512_shuffle_f32x4(rows, rows, 0x00), y_0);
        result = _mm512_fmadd_ps(_mm512_shuffle_f32x4(rows, rows, 0x55), y_1, result);
        result = _mm512_fmadd_ps(_mm512_shuffle_f32x4(rows, rows, 0xAA), y_2, result);
        _mm512_storeu_ps(to, result);
    }
}

}  // namespace

void input_points(const TileInput& pixels, int64_t count, float scale, half_kernels::Pair* to, int64_t stride) {
    points_of_tile(pixels, count, scale, to, stride);
}

void input_points(const TileInput& pixels, int64_t count, float scale, float* to, int64_t stride) {
    points_of_tile(pixels, count, scale, to, stride);
}

void kernel_points(const float* kernels, int64_t count, float* to) { points_of_kernels(kernels, count, to); }

void kernel_points(const half_kernels::Half* kernels, int64_t count, float* to) {
    points_of_kernels(kernels, count, to);
}

EASEL_WINOGRAD void output_pixels(const float* sums, int64_t stride, float factor, const float* bias, int64_t count,
                                  const TileOutput& pixels) {
    const __m512 times = _mm512_set1_ps(factor);
    for (int64_t first = 0; first < count; first += winograd_lanes) {
        const __mmask16 mask = lanes_of(count - first);
        const __m512 plus = bias == nullptr ? _mm512_setzero_ps() : _mm512_maskz_loadu_ps(mask, bias + first);
        __m512 rows[4][2];
#pragma GCC unroll 4
        for (int64_t y = 0; y < 4; ++y) {
            const float* const from = sums + y * 4 * stride + first;
            const __m512 a = _mm512_loadu_ps(from), b = _mm512_loadu_ps(from + stride);
            const __m512 c = _mm512_loadu_ps(from + 2 * stride), d = _mm512_loadu_ps(from + 3 * stride);
            rows[y][0] = _mm512_add_ps(a, _mm512_add_ps(b, c));
            rows[y][1] = _mm512_sub_ps(_mm512_sub_ps(b, c), d);
        }
#pragma GCC unroll 2
        for (std::size_t x = 0; x < 2; ++x) {
            const __m512 upper = _mm512_add_ps(rows[0][x], _mm512_add_ps(rows[1][x], rows[2][x]));
            const __m512 lower = _mm512_sub_ps(_mm512_sub_ps(rows[1][x], rows[2][x]), rows[3][x]);
            if (pixels[x] != nullptr)
                _mm512_mask_storeu_ps(pixels[x] + first, mask, _mm512_fmadd_ps(upper, times, plus));
            if (pixels[x + 2] != nullptr)
                _mm512_mask_storeu_ps(pixels[x + 2] + first, mask, _mm512_fmadd_ps(lower, times, plus));
        }
    }
}

#undef EASEL_WINOGRAD

#else  // nothing calls these where they are not supported

void input_points(const TileInput&, int64_t, float, half_kernels::Pair*, int64_t) {}
void input_points(const TileInput&, int64_t, float, float*, int64_t) {}
void kernel_points(const float*, int64_t, float*) {}
void kernel_points(const half_kernels::Half*, int64_t, float*) {}
void output_pixels(const float*, int64_t, float, const float*, int64_t, const TileOutput&) {}

#endif

}  // namespace easel::inference::winograd_kernels
