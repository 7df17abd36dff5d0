#include "inference/layers/row_kernels.hpp"

#include <algorithm>
#include <cmath>

#if defined(__x86_64__)
#include <immintrin.h>
// GCC 12 takes the undefined registers of its own intrinsics for mistakes of ours.
#pragma GCC diagnostic ignored "-Wmaybe-uninitialized"
#pragma GCC diagnostic ignored "-Wuninitialized"
#endif

namespace easel::inference::row_kernels {

#if defined(__x86_64__)

#define EASEL_AVX512 [[gnu::target("avx512f,avx512bw,avx512vl,avx512dq")]]

namespace {

constexpr int64_t lanes = 16;

EASEL_AVX512 inline __mmask16 first_lanes(int64_t count) {
    return static_cast<__mmask16>(count >= lanes ? 0xFFFF : (1U << static_cast<unsigned>(count)) - 1U);
}

EASEL_AVX512 inline __m512 load(const float* from, __mmask16 mask) { return _mm512_maskz_loadu_ps(mask, from); }
EASEL_AVX512 inline __m512 load(const BFloat16* from, __mmask16 mask) {
    const __m256i bits = _mm256_maskz_loadu_epi16(mask, from);
    return _mm512_castsi512_ps(_mm512_slli_epi32(_mm512_cvtepu16_epi32(bits), 16));
}

EASEL_AVX512 inline void store(float* to, __m512 value, __mmask16 mask) { _mm512_mask_storeu_ps(to, mask, value); }
// To the nearest, to even where two are as near; what is not a number stays none.
EASEL_AVX512 inline void store(BFloat16* to, __m512 value, __mmask16 mask) {
    const __m512i bits = _mm512_castps_si512(value);
    const __m512i last = _mm512_and_si512(_mm512_srli_epi32(bits, 16), _mm512_set1_epi32(1));
    const __m512i rounded = _mm512_add_epi32(bits, _mm512_add_epi32(last, _mm512_set1_epi32(0x7FFF)));
    const __mmask16 none = _mm512_cmp_ps_mask(value, value, _CMP_UNORD_Q);
    const __m512i result = _mm512_mask_mov_epi32(rounded, none, _mm512_set1_epi32(0x7FC00000));
    _mm256_mask_storeu_epi16(to, mask, _mm512_cvtepi32_epi16(_mm512_srli_epi32(result, 16)));
}

// e^x to the last bit or two.
EASEL_AVX512 inline __m512 exponential(__m512 x) {
    const __m512 bounded = _mm512_min_ps(_mm512_max_ps(x, _mm512_set1_ps(-104.0F)), _mm512_set1_ps(89.0F));
    const __m512 whole = _mm512_roundscale_ps(_mm512_mul_ps(bounded, _mm512_set1_ps(1.44269504F)),
                                              _MM_FROUND_TO_NEAREST_INT | _MM_FROUND_NO_EXC);
    // ln 2 in two parts, so that the rest is exact
    __m512 rest = _mm512_fnmadd_ps(whole, _mm512_set1_ps(0.693359375F), bounded);
    rest = _mm512_fnmadd_ps(whole, _mm512_set1_ps(-2.12194440e-4F), rest);
    __m512 result = _mm512_set1_ps(1.0F / 5040.0F);
    result = _mm512_fmadd_ps(result, rest, _mm512_set1_ps(1.0F / 720.0F));
    result = _mm512_fmadd_ps(result, rest, _mm512_set1_ps(1.0F / 120.0F));
    result = _mm512_fmadd_ps(result, rest, _mm512_set1_ps(1.0F / 24.0F));
    result = _mm512_fmadd_ps(result, rest, _mm512_set1_ps(1.0F / 6.0F));
    result = _mm512_fmadd_ps(result, rest, _mm512_set1_ps(0.5F));
    result = _mm512_fmadd_ps(result, rest, _mm512_set1_ps(1.0F));
    result = _mm512_fmadd_ps(result, rest, _mm512_set1_ps(1.0F));
    return _mm512_scalef_ps(result, whole);
}

EASEL_AVX512 inline __m512 ended(__m512 x, Ending ending) {
    if (ending == Ending::plain) return x;
    const __m512 below = _mm512_add_ps(_mm512_set1_ps(1.0F), exponential(_mm512_sub_ps(_mm512_setzero_ps(), x)));
    // what is not a number is lost in the bounds of exponential(), but not here
    return _mm512_div_ps(x, below);
}

// erf(|x|) within 1.5e-7 (Abramowitz and Stegun 7.1.26), with the sign of x.
EASEL_AVX512 inline __m512 error_function(__m512 x) {
    const __m512 one = _mm512_set1_ps(1.0F), size = _mm512_abs_ps(x);
    const __m512 t = _mm512_div_ps(one, _mm512_fmadd_ps(size, _mm512_set1_ps(0.3275911F), one));
    __m512 sum = _mm512_set1_ps(1.061405429F);
    sum = _mm512_fmadd_ps(sum, t, _mm512_set1_ps(-1.453152027F));
    sum = _mm512_fmadd_ps(sum, t, _mm512_set1_ps(1.421413741F));
    sum = _mm512_fmadd_ps(sum, t, _mm512_set1_ps(-0.284496736F));
    sum = _mm512_fmadd_ps(sum, t, _mm512_set1_ps(0.254829592F));
    const __m512 decay = exponential(_mm512_sub_ps(_mm512_setzero_ps(), _mm512_mul_ps(x, x)));
    const __m512 result = _mm512_fnmadd_ps(_mm512_mul_ps(sum, t), decay, one);
    const __mmask16 negative = _mm512_movepi32_mask(_mm512_castps_si512(x));
    return _mm512_mask_sub_ps(result, negative, _mm512_setzero_ps(), result);
}

EASEL_AVX512 float total(__m512 values) {
    float each[lanes];
    _mm512_storeu_ps(each, values);
    float sum = 0.0F;
    for (const float value : each)
        sum += value;
    return sum;
}

template <class Value>
EASEL_AVX512 void moments_of(const Value* from, const Value* base, int64_t rows, int64_t count, const Moments& to) {
    for (int64_t first = 0; first < count; first += lanes) {
        const __mmask16 mask = first_lanes(count - first);
        const __m512 shift = load(base + first, mask);
        __m512 sum = _mm512_setzero_ps(), squares = _mm512_setzero_ps();
        for (int64_t row = 0; row < rows; ++row) {
            const __m512 value = _mm512_sub_ps(load(from + row * count + first, mask), shift);
            sum = _mm512_add_ps(sum, value);
            squares = _mm512_fmadd_ps(value, value, squares);
        }
        store(to.sum + first, sum, mask);
        store(to.squares + first, squares, mask);
    }
}

template <class Value>
EASEL_AVX512 void affine(const Value* from, int64_t rows, int64_t count, const ScaleAndShift& use, Value* to) {
    for (int64_t row = 0; row < rows; ++row)
        for (int64_t first = 0; first < count; first += lanes) {
            const __mmask16 mask = first_lanes(count - first);
            const int64_t at = row * count + first;
            const __m512 value =
                _mm512_fmadd_ps(load(from + at, mask), load(use.scale + first, mask), load(use.shift + first, mask));
            store(to + at, ended(value, use.ending), mask);
        }
}

template <class Value>
EASEL_AVX512 void normalised(const Value* from, int64_t rows, int64_t count, const OverRootMeanSquare& use, Value* to) {
    for (int64_t row = 0; row < rows; ++row) {
        __m512 squares = _mm512_setzero_ps();
        for (int64_t first = 0; first < count; first += lanes) {
            const __m512 value = load(from + row * count + first, first_lanes(count - first));
            squares = _mm512_fmadd_ps(value, value, squares);
        }
        constexpr float least = 1e-12F;  // of the length
        const float length = std::max(std::sqrt(total(squares)), least);
        const __m512 factor = _mm512_set1_ps(std::sqrt(static_cast<float>(count)) / length);
        for (int64_t first = 0; first < count; first += lanes) {
            const __mmask16 mask = first_lanes(count - first);
            const int64_t at = row * count + first;
            const __m512 value =
                _mm512_mul_ps(_mm512_mul_ps(load(from + at, mask), factor), load(use.scale + first, mask));
            store(to + at, ended(value, use.ending), mask);
        }
    }
}

}  // namespace

bool supported() {
    static const bool result = __builtin_cpu_supports("avx512dq") && __builtin_cpu_supports("avx512vl") &&
                               __builtin_cpu_supports("avx512bw") && __builtin_cpu_supports("avx512f");
    return result;
}

void moments(const float* from, const float* base, int64_t rows, int64_t count, const Moments& to) {
    moments_of(from, base, rows, count, to);
}
void moments(const BFloat16* from, const BFloat16* base, int64_t rows, int64_t count, const Moments& to) {
    moments_of(from, base, rows, count, to);
}

void scale_and_shift(const float* from, int64_t rows, int64_t count, const ScaleAndShift& use, float* to) {
    affine(from, rows, count, use, to);
}
void scale_and_shift(const BFloat16* from, int64_t rows, int64_t count, const ScaleAndShift& use, BFloat16* to) {
    affine(from, rows, count, use, to);
}

void over_root_mean_square(const float* from, int64_t rows, int64_t count, const OverRootMeanSquare& use, float* to) {
    normalised(from, rows, count, use, to);
}
void over_root_mean_square(const BFloat16* from, int64_t rows, int64_t count, const OverRootMeanSquare& use,
                           BFloat16* to) {
    normalised(from, rows, count, use, to);
}

EASEL_AVX512 void gated_gelu(const float* values, const float* gates, int64_t count, float* to) {
    for (int64_t i = 0; i < count; i += lanes) {
        const __mmask16 mask = first_lanes(count - i);
        const __m512 gate = load(gates + i, mask), half = _mm512_mul_ps(gate, _mm512_set1_ps(0.5F));
        const __m512 share = error_function(_mm512_mul_ps(gate, _mm512_set1_ps(0.70710678F)));
        store(to + i, _mm512_mul_ps(load(values + i, mask), _mm512_fmadd_ps(half, share, half)), mask);
    }
}

#undef EASEL_AVX512

#else  // nothing calls these where they are not supported

bool supported() { return false; }
void moments(const float*, const float*, int64_t, int64_t, const Moments&) {}
void moments(const BFloat16*, const BFloat16*, int64_t, int64_t, const Moments&) {}
void scale_and_shift(const float*, int64_t, int64_t, const ScaleAndShift&, float*) {}
void scale_and_shift(const BFloat16*, int64_t, int64_t, const ScaleAndShift&, BFloat16*) {}
void over_root_mean_square(const float*, int64_t, int64_t, const OverRootMeanSquare&, float*) {}
void over_root_mean_square(const BFloat16*, int64_t, int64_t, const OverRootMeanSquare&, BFloat16*) {}
void gated_gelu(const float*, const float*, int64_t, float*) {}

#endif

}  // namespace easel::inference::row_kernels
