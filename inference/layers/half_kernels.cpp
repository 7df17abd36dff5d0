#include "inference/layers/half_kernels.hpp"

#include "inference/layers/panel_packing.hpp"

#include <algorithm>
#include <bit>
#include <cmath>

#if defined(__x86_64__)
#include <immintrin.h>
// GCC 12 takes the undefined registers of its own intrinsics for mistakes of ours.
#pragma GCC diagnostic ignored "-Wmaybe-uninitialized"
#pragma GCC diagnostic ignored "-Wuninitialized"
#endif

namespace easel::inference::half_kernels {

float scale_for(float largest) {
    if (largest == 0.0F || !std::isfinite(largest)) return 1.0F;
    int exponent = 0;
    std::frexp(largest, &exponent);
    constexpr int wanted = 4, most = 100;
    return std::ldexp(1.0F, std::clamp(wanted - exponent, -most, most));
}

// Weights are seldom so small or so large that they have to be scaled.
float scale_of_weights(float largest) { return largest >= 0x1p-8F && largest < 16.0F ? 1.0F : scale_for(largest); }

#if defined(__x86_64__)

#define EASEL_HALF [[gnu::target("f16c,fma,avx512f,avx512bw,avx512vl,avx512dq,avx512fp16")]]

namespace {

constexpr int64_t lanes = 16;  // floats in a register
constexpr int64_t half_lanes = 32;

EASEL_HALF __mmask16 first_lanes(int64_t count) {
    return static_cast<__mmask16>(count >= lanes ? 0xFFFF : (1U << static_cast<unsigned>(count)) - 1U);
}

using panel_packing::floats;

template <class Value>
EASEL_HALF float largest_of(const Value* values, int64_t count) {
    __m512 result = _mm512_setzero_ps();
    for (int64_t i = 0; i < count; i += lanes)
        result = _mm512_max_ps(_mm512_abs_ps(floats(values + i, first_lanes(count - i))), result);
    float each[lanes];
    _mm512_storeu_ps(each, result);
    return *std::max_element(each, each + lanes);
}

template <class Value>
EASEL_HALF float pack(const Value* from, const Extent& extent, Half* panel) {
    const float scale = scale_of_weights(largest_of(from, extent.rows * extent.row_size()));
    panel_packing::pack(from, extent, scale, columns, panel);
    return 1.0F / scale;
}

// `kept` says which of the sums so far count: all or none.
EASEL_HALF inline void add(float* sums, __m512i halves, __mmask16 kept) {
    const __m512 low = _mm512_cvtph_ps(__builtin_shufflevector(halves, halves, 0, 1, 2, 3));
    const __m512 high = _mm512_cvtph_ps(__builtin_shufflevector(halves, halves, 4, 5, 6, 7));
    _mm512_storeu_ps(sums, _mm512_add_ps(_mm512_maskz_loadu_ps(kept, sums), low));
    _mm512_storeu_ps(sums + lanes, _mm512_add_ps(_mm512_maskz_loadu_ps(kept, sums + lanes), high));
}

// Everything between the loads and the end of a chunk stays in registers: two for each row and three more.
template <int rows>
EASEL_HALF void tile(const Pair* const* from, int64_t offset, int64_t length, const Half* panel, float* sums,
                     Sums mode) {
    for (int64_t first = 0; first < length; first += chunk) {
        const int64_t count = std::min(chunk, length - first);
        const __mmask16 kept = mode == Sums::begin && first == 0 ? 0 : 0xFFFF;
        __m512h left[rows], right[rows];
        const Pair* row[rows];
#pragma GCC unroll 16
        for (int r = 0; r < rows; ++r) {
            left[r] = right[r] = _mm512_setzero_ph();
            row[r] = from[r] + offset + first;
        }
        for (int64_t k = 0; k < count; ++k) {
            const __m512h a = _mm512_castsi512_ph(_mm512_loadu_si512(panel));
            const __m512h b = _mm512_castsi512_ph(_mm512_loadu_si512(panel + half_lanes));
            // what a panel's next lines are is no secret, but they come from further away than the processor looks
            // ahead
            const char* const ahead = reinterpret_cast<const char*>(panel + 12 * columns);
            _mm_prefetch(ahead, _MM_HINT_T0);
            _mm_prefetch(ahead + 64, _MM_HINT_T0);
            panel += columns;
#pragma GCC unroll 16
            for (int r = 0; r < rows; ++r) {
                const __m512h value = _mm512_castsi512_ph(_mm512_set1_epi32(std::bit_cast<int>(row[r][k])));
                left[r] = _mm512_fmadd_ph(value, a, left[r]);
                right[r] = _mm512_fmadd_ph(value, b, right[r]);
            }
        }
        // Nothing is moved across these, which keeps the compiler from spilling registers.
#pragma GCC unroll 16
        for (int r = 0; r < rows; ++r)
            asm volatile("" : "+v"(left[r]), "+v"(right[r]));
#pragma GCC unroll 16
        for (int r = 0; r < rows; ++r) {
            add(sums + r * columns, _mm512_castph_si512(left[r]), kept);
            add(sums + r * columns + half_lanes, _mm512_castph_si512(right[r]), kept);
            asm volatile("" ::: "memory");
        }
    }
}

}  // namespace

bool supported() {
    static const bool result = __builtin_cpu_supports("avx512fp16") && __builtin_cpu_supports("avx512dq") &&
                               __builtin_cpu_supports("avx512vl") && __builtin_cpu_supports("avx512bw");
    return result;
}

float largest(const float* values, int64_t count) { return largest_of(values, count); }

EASEL_HALF void to_pairs(const float* values, int64_t count, float scale, Pair* pairs) {
    const __m512 factor = _mm512_set1_ps(scale);
    for (int64_t i = 0; i < count; i += lanes) {
        const __mmask16 mask = first_lanes(count - i);
        const __m512 value = _mm512_mul_ps(_mm512_maskz_loadu_ps(mask, values + i), factor);
        const __m512i half = _mm512_cvtepu16_epi32(_mm512_cvtps_ph(value, _MM_FROUND_TO_NEAREST_INT));
        _mm512_mask_storeu_epi32(pairs + i, mask, _mm512_or_si512(half, _mm512_slli_epi32(half, 16)));
    }
}

float pack_panel(const float* from, const Extent& extent, Half* panel) { return pack(from, extent, panel); }

float pack_panel(const Half* from, const Extent& extent, Half* panel) { return pack(from, extent, panel); }

float pack_panel(const Brain* from, const Extent& extent, Half* panel) { return pack(from, extent, panel); }

float largest_weight(const float* values, int64_t count) { return largest_of(values, count); }

float largest_weight(const Half* values, int64_t count) { return largest_of(values, count); }

float largest_weight(const Brain* values, int64_t count) { return largest_of(values, count); }

void multiply(const Pair* const* rows, int64_t count, int64_t offset, int64_t length, const Half* panel, float* sums,
              Sums mode) {
    if (count == 12)
        tile<12>(rows, offset, length, panel, sums, mode);
    else if (count == 8)
        tile<8>(rows, offset, length, panel, sums, mode);
    else
        tile<4>(rows, offset, length, panel, sums, mode);
}

#undef EASEL_HALF

#else  // no such processor: nothing calls these

bool supported() { return false; }
float largest(const float*, int64_t) { return 0.0F; }
void to_pairs(const float*, int64_t, float, Pair*) {}
float pack_panel(const float*, const Extent&, Half*) { return 1.0F; }
float pack_panel(const Half*, const Extent&, Half*) { return 1.0F; }
float pack_panel(const Brain*, const Extent&, Half*) { return 1.0F; }
float largest_weight(const float*, int64_t) { return 0.0F; }
float largest_weight(const Half*, int64_t) { return 0.0F; }
float largest_weight(const Brain*, int64_t) { return 0.0F; }
void multiply(const Pair* const*, int64_t, int64_t, int64_t, const Half*, float*, Sums) {}

#endif

}  // namespace easel::inference::half_kernels
