// Layers at the sizes that Stable Diffusion 1.5 has at 256x256 with two conditions, in every precision that this
// processor multiplies, and the largest matrix product as the peak that whole steps are held against.
#include "inference/layers/conv.hpp"
#include "inference/layers/fused_norm.hpp"
#include "inference/layers/linear.hpp"
#include "inference/layers/norm.hpp"
#include "inference/layers/panel_products.hpp"
#include "inference/layers/products.hpp"

#include <benchmark/benchmark.h>
#include <c10/core/InferenceMode.h>

namespace easel::inference {
namespace {

enum Precision { single, half, bfloat16 };

at::ScalarType type_of(int64_t precision) { return precision == bfloat16 ? at::kBFloat16 : at::kFloat; }

bool is_possible(benchmark::State& state, int64_t precision) {
    if (precision == half && !has_panel_products(at::kHalf))
        state.SkipWithError("no instructions for float16 products");
    if (precision == bfloat16 && !has_bfloat16_products()) state.SkipWithError("no instructions for bfloat16 products");
    return !state.error_occurred();
}

Weights weights(const TensorMap& tensors, int64_t precision) {
    return Weights(std::make_shared<WeightTable>(
        tensors, WeightTable::Settings{.pack = true, .half_products = precision == half}));
}

void count_flops(benchmark::State& state, double flops) {
    state.counters["FLOP/s"] = benchmark::Counter(flops, benchmark::Counter::kIsIterationInvariantRate);
}

void product(benchmark::State& state) {
    const int64_t precision = state.range(0), rows = state.range(1), in = state.range(2), out = state.range(3);
    if (!is_possible(state, precision)) return;
    const c10::InferenceMode no_gradients;
    const Linear layer(weights({{"weight", at::randn({out, in})}, {"bias", at::randn({out})}}, precision));
    const Tensor x = at::randn({rows, in}).to(type_of(precision));
    layer(x);
    for (auto round : state)
        benchmark::DoNotOptimize(layer(x));
    count_flops(state, 2.0 * static_cast<double>(rows * in * out));
}

void convolution(benchmark::State& state) {
    const int64_t precision = state.range(0), in = state.range(1), out = state.range(2), side = state.range(3);
    if (!is_possible(state, precision)) return;
    const c10::InferenceMode no_gradients;
    const Conv2d layer(weights({{"weight", at::randn({out, in, 3, 3})}, {"bias", at::randn({out})}}, precision));
    const Tensor x = at::randn({2, in, side, side}).to(type_of(precision)).contiguous(at::MemoryFormat::ChannelsLast);
    layer(x);
    for (auto round : state)
        benchmark::DoNotOptimize(layer(x));
    count_flops(state, 2.0 * static_cast<double>(2 * side * side * in * 9 * out));
}

void group_norm_and_silu(benchmark::State& state) {
    const c10::InferenceMode no_gradients;
    const int64_t channels = state.range(0), side = state.range(1);
    const GroupNorm norm(weights({{"weight", at::randn({channels})}, {"bias", at::randn({channels})}}, single));
    const Tensor x = at::randn({2, channels, side, side}).contiguous(at::MemoryFormat::ChannelsLast);
    for (auto round : state)
        benchmark::DoNotOptimize(norm.then_silu(x));
    state.SetBytesProcessed(state.iterations() * 2 * static_cast<int64_t>(x.nbytes()));
}

void gated_feed_forward(benchmark::State& state) {
    const c10::InferenceMode no_gradients;
    const Tensor x = at::randn({state.range(0), 2 * state.range(1)});
    if (!runs_gated_gelu(x)) return state.SkipWithError("no AVX-512");
    for (auto round : state)
        benchmark::DoNotOptimize(gated_gelu(x));
    state.SetBytesProcessed(state.iterations() * static_cast<int64_t>(x.nbytes() + x.nbytes() / 2));
}

constexpr int64_t precisions[] = {single, half, bfloat16};

void products(benchmark::internal::Benchmark* bench) {
    bench->ArgNames({"precision", "rows", "in", "out"})->UseRealTime()->Unit(benchmark::kMillisecond);
    for (const int64_t precision : precisions) {
        bench->Args({precision, 2048, 2048, 2048});  // the peak
        bench->Args({precision, 2048, 320, 2560});
        bench->Args({precision, 2048, 1280, 320});
        bench->Args({precision, 512, 640, 5120});
        bench->Args({precision, 128, 1280, 10240});
    }
}

void convolutions(benchmark::internal::Benchmark* bench) {
    bench->ArgNames({"precision", "in", "out", "side"})->UseRealTime()->Unit(benchmark::kMillisecond);
    for (const int64_t precision : precisions) {
        bench->Args({precision, 320, 320, 32});
        bench->Args({precision, 640, 640, 16});
        bench->Args({precision, 1280, 1280, 8});
        bench->Args({precision, 1280, 1280, 4});
    }
}

BENCHMARK(product)->Apply(products);
BENCHMARK(convolution)->Apply(convolutions);
BENCHMARK(group_norm_and_silu)->Args({320, 32})->Args({1280, 8})->Args({128, 256})->UseRealTime();
BENCHMARK(gated_feed_forward)->Args({2048, 1280})->Args({128, 5120})->UseRealTime();

}  // namespace
}  // namespace easel::inference
