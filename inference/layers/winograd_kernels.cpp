#include "inference/layers/winograd_kernels.hpp"

#include "inference/layers/panel_packing.hpp"

#include <algorithm>

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

// `value` and what is added to it, as channels of a tile's pixel.
EASEL_WINOGRAD inline void put_pixel(const TileOutput& to, std::size_t pixel, int64_t first, __mmask16 mask,
                                     __m512 value) {
    if (to.pixels[pixel] == nullptr) return;
    if (to.added[pixel] != nullptr) value = _mm512_add_ps(value, _mm512_maskz_loadu_ps(mask, to.added[pixel] + first));
    _mm512_mask_storeu_ps(to.pixels[pixel] + first, mask, value);
}

constexpr int64_t taps = 9;

// Along one direction: g0, (g0 + g1 + g2) / 2, (g0 - g1 + g2) / 2, g2.
struct KernelLine {
    __m512 point[4];
};
EASEL_WINOGRAD inline KernelLine along(__m512 g0, __m512 g1, __m512 g2) {
    const __m512 half = _mm512_set1_ps(0.5F);
    const __m512 ends = _mm512_mul_ps(_mm512_add_ps(g0, g2), half);
    return {{g0, _mm512_fmadd_ps(g1, half, ends), _mm512_fnmadd_ps(g1, half, ends), g2}};
}

// The points of 16 kernels of one channel, whose taps lie one register behind the other.
template <class Value>
EASEL_WINOGRAD inline void put_points(const float* lines, __m512 scale, Value* to, int64_t stride) {
    KernelLine columns[3];
#pragma GCC unroll 3
    for (int64_t x = 0; x < 3; ++x) {
        const float* const from = lines + x * winograd_lanes;
        columns[x] = along(_mm512_mul_ps(_mm512_load_ps(from), scale),
                           _mm512_mul_ps(_mm512_load_ps(from + 3 * winograd_lanes), scale),
                           _mm512_mul_ps(_mm512_load_ps(from + 6 * winograd_lanes), scale));
    }
#pragma GCC unroll 4
    for (int64_t y = 0; y < 4; ++y) {
        const KernelLine row = along(columns[0].point[y], columns[1].point[y], columns[2].point[y]);
#pragma GCC unroll 4
        for (int64_t x = 0; x < 4; ++x)
            panel_packing::put(to + (y * 4 + x) * stride, row.point[x]);
    }
}

// Takes 16 kernels of 16 channels at a time, and turns them so that each tap has a register of kernels.
template <class Stored, class Value>
EASEL_WINOGRAD void kernels_into(const Stored* from, const KernelBlock& block, Value* panel) {
    using namespace panel_packing;
    alignas(64) float lines[side * taps * side];
    const __m512 scale = _mm512_set1_ps(block.scale);
    const int64_t size = block.channels * taps;
    for (int64_t first = 0; first < block.channels; first += side) {
        const int64_t count = std::min(side, block.channels - first), values = count * taps;
        for (int64_t column = 0; column < block.columns; column += side) {
            for (int64_t begin = 0; begin < values; begin += side) {
                __m512 square[side];
                for (int64_t row = 0; row < side; ++row) {
                    square[row] = _mm512_setzero_ps();
                    if (column + row >= block.rows) continue;
                    const Stored* const place = from + (column + row) * size + first * taps + begin;
                    square[row] = floats(place, first_of(values - begin));
                    fetch(place + side * taps);  // the next 16 channels
                }
                transpose(square);
                for (int64_t i = 0; i < side; ++i)
                    _mm512_store_ps(lines + (begin + i) * side, square[i]);
            }
            for (int64_t channel = 0; channel < count; ++channel)
                put_points(lines + channel * taps * side, scale, panel + (first + channel) * block.columns + column,
                           block.channels * block.columns);
        }
    }
}

}  // namespace

void input_points(const TileInput& pixels, int64_t count, float scale, half_kernels::Pair* to, int64_t stride) {
    points_of_tile(pixels, count, scale, to, stride);
}

void input_points(const TileInput& pixels, int64_t count, float scale, float* to, int64_t stride) {
    points_of_tile(pixels, count, scale, to, stride);
}

void pack_kernels(const float* from, const KernelBlock& block, float* panel) { kernels_into(from, block, panel); }

void pack_kernels(const float* from, const KernelBlock& block, half_kernels::Half* panel) {
    kernels_into(from, block, panel);
}

void pack_kernels(const half_kernels::Half* from, const KernelBlock& block, float* panel) {
    kernels_into(from, block, panel);
}

void pack_kernels(const half_kernels::Half* from, const KernelBlock& block, half_kernels::Half* panel) {
    kernels_into(from, block, panel);
}

void pack_kernels(const half_kernels::Brain* from, const KernelBlock& block, float* panel) {
    kernels_into(from, block, panel);
}

void pack_kernels(const half_kernels::Brain* from, const KernelBlock& block, half_kernels::Half* panel) {
    kernels_into(from, block, panel);
}

EASEL_WINOGRAD void output_pixels(const float* sums, int64_t stride, float factor, const float* bias, int64_t count,
                                  const TileOutput& to) {
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
            put_pixel(to, x, first, mask, _mm512_fmadd_ps(upper, times, plus));
            put_pixel(to, x + 2, first, mask, _mm512_fmadd_ps(lower, times, plus));
        }
    }
}

#undef EASEL_WINOGRAD

#else  // nothing calls these where they are not supported

void input_points(const TileInput&, int64_t, float, half_kernels::Pair*, int64_t) {}
void input_points(const TileInput&, int64_t, float, float*, int64_t) {}
void pack_kernels(const float*, const KernelBlock&, float*) {}
void pack_kernels(const float*, const KernelBlock&, half_kernels::Half*) {}
void pack_kernels(const half_kernels::Half*, const KernelBlock&, float*) {}
void pack_kernels(const half_kernels::Half*, const KernelBlock&, half_kernels::Half*) {}
void pack_kernels(const half_kernels::Brain*, const KernelBlock&, float*) {}
void pack_kernels(const half_kernels::Brain*, const KernelBlock&, half_kernels::Half*) {}
void output_pixels(const float*, int64_t, float, const float*, int64_t, const TileOutput&) {}

#endif

}  // namespace easel::inference::winograd_kernels
