// Attention as Stable Diffusion 1.5 (256x256 and 512x512, two conditions), FLUX and an autoencoder ask for it.
#include "inference/layers/attention.hpp"

#include "inference/layers/half_attention.hpp"
#include "inference/layers/panel_products.hpp"

#include <benchmark/benchmark.h>
#include <c10/core/InferenceMode.h>

namespace easel::inference {
namespace {

void self_attention(benchmark::State& state) {
    const bool rounds = state.range(0) != 0;
    const int64_t heads = state.range(1), tokens = state.range(2), dim = state.range(3);
    if (rounds && !has_panel_products(at::kHalf)) return state.SkipWithError("no instructions for float16 products");
    const c10::InferenceMode no_gradients;
    const HalfAttention precision(rounds);
    const Tensor q = at::randn({1, tokens, heads * dim}), k = at::randn_like(q), v = at::randn_like(q);
    for (auto round : state)
        benchmark::DoNotOptimize(attention(q, k, v, heads));
    state.counters["FLOP/s"] = benchmark::Counter(4.0 * static_cast<double>(heads * tokens * tokens * dim),
                                                  benchmark::Counter::kIsIterationInvariantRate);
}

void shapes(benchmark::internal::Benchmark* bench) {
    bench->ArgNames({"half", "heads", "tokens", "dim"})->UseRealTime()->Unit(benchmark::kMillisecond);
    for (const int64_t rounds : {0, 1}) {
        bench->Args({rounds, 16, 1024, 40});
        bench->Args({rounds, 16, 4096, 40});
        bench->Args({rounds, 16, 1024, 80});
        bench->Args({rounds, 24, 1280, 128});
        bench->Args({rounds, 1, 4096, 512});
    }
}

BENCHMARK(self_attention)->Apply(shapes);

}  // namespace
}  // namespace easel::inference
