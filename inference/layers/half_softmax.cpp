#include "inference/layers/half_softmax.hpp"

#include <limits>

#if defined(__x86_64__)
#include <immintrin.h>
// GCC 12 takes the undefined registers of its own intrinsics for mistakes of ours.
#pragma GCC diagnostic ignored "-Wmaybe-uninitialized"
#pragma GCC diagnostic ignored "-Wuninitialized"
#endif

namespace easel::inference {

RunningSoftmax::RunningSoftmax() {
    largest.fill(-std::numeric_limits<float>::infinity());
    sum.fill(0.0F);
    shrink.fill(0.0F);
}

#if defined(__x86_64__)

#define EASEL_AVX512 [[gnu::target("avx512f,avx512bw,avx512vl,avx512dq,f16c")]]

namespace {

constexpr int64_t lanes = 16, columns = half_kernels::columns;

// 2^x to a few millionths, more than halves can tell apart.
EASEL_AVX512 inline __m512 power_of_two(__m512 x) {
    const __m512 whole = _mm512_roundscale_ps(x, _MM_FROUND_TO_NEAREST_INT | _MM_FROUND_NO_EXC);
    const __m512 rest = _mm512_sub_ps(x, whole);  // -0.5 to 0.5
    __m512 result = _mm512_set1_ps(0.00133336F);
    result = _mm512_fmadd_ps(result, rest, _mm512_set1_ps(0.00961813F));
    result = _mm512_fmadd_ps(result, rest, _mm512_set1_ps(0.05550411F));
    result = _mm512_fmadd_ps(result, rest, _mm512_set1_ps(0.24022651F));
    result = _mm512_fmadd_ps(result, rest, _mm512_set1_ps(0.69314718F));
    result = _mm512_fmadd_ps(result, rest, _mm512_set1_ps(1.0F));
    return _mm512_scalef_ps(result, whole);
}

}  // namespace

EASEL_AVX512 void RunningSoftmax::add(const float* scores, int64_t keys, float factor, half_kernels::Half* weights) {
    const __m512 times = _mm512_set1_ps(factor), scale = _mm512_set1_ps(weight_scale);
    for (int64_t first = 0; first < columns; first += lanes) {
        const float* const from = scores + first;
        __m512 top = _mm512_set1_ps(-std::numeric_limits<float>::infinity());
        for (int64_t key = 0; key < keys; ++key)
            top = _mm512_max_ps(_mm512_loadu_ps(from + key * columns), top);
        const __m512 before = _mm512_load_ps(largest.data() + first);
        const __m512 now = _mm512_max_ps(_mm512_mul_ps(top, times), before);
        const __m512 shrunk = power_of_two(_mm512_sub_ps(before, now));
        __m512 total = _mm512_mul_ps(_mm512_load_ps(sum.data() + first), shrunk);
        for (int64_t key = 0; key < keys; ++key) {
            const __m512 weight = power_of_two(_mm512_fmsub_ps(_mm512_loadu_ps(from + key * columns), times, now));
            total = _mm512_add_ps(total, weight);
            _mm256_storeu_si256(reinterpret_cast<__m256i*>(weights + key * columns + first),
                                _mm512_cvtps_ph(_mm512_mul_ps(weight, scale), _MM_FROUND_TO_NEAREST_INT));
        }
        _mm512_store_ps(largest.data() + first, now);
        _mm512_store_ps(sum.data() + first, total);
        _mm512_store_ps(shrink.data() + first, shrunk);
    }
}

EASEL_AVX512 void RunningSoftmax::rescale(float* sums, int64_t rows) const {
    for (int64_t row = 0; row < rows; ++row)
        for (int64_t first = 0; first < columns; first += lanes) {
            float* const at = sums + row * columns + first;
            _mm512_storeu_ps(at, _mm512_mul_ps(_mm512_loadu_ps(at), _mm512_load_ps(shrink.data() + first)));
        }
}

#undef EASEL_AVX512

#else  // nothing calls these where products in half precision are not supported

void RunningSoftmax::add(const float*, int64_t, float, half_kernels::Half*) {}
void RunningSoftmax::rescale(float*, int64_t) const {}

#endif

}  // namespace easel::inference
