#include "inference/layers/products.hpp"

#include "base/log.hpp"
#include "inference/layers/packed.hpp"
#include "inference/layers/panel_products.hpp"

#include <ATen/Parallel.h>
#include <ATen/cpu/Utils.h>
#include <c10/core/InferenceMode.h>

#include <algorithm>
#include <array>
#include <ctime>
#include <limits>

namespace easel::inference {
namespace {

// A layer of medium size.
constexpr int64_t rows = 256, in = 640, out = 640, rounds = 4;

// What this thread has computed so far. Unlike the time of day it does not pass while others have the processor.
double cpu_seconds() {
    timespec time{};
    clock_gettime(CLOCK_THREAD_CPUTIME_ID, &time);
    return static_cast<double>(time.tv_sec) + 1e-9 * static_cast<double>(time.tv_nsec);
}

// While it lives, this thread computes alone.
class OneThread {
public:
    OneThread() { at::set_num_threads(1); }
    ~OneThread() { at::set_num_threads(before_); }
    OneThread(const OneThread&) = delete;
    OneThread& operator=(const OneThread&) = delete;

private:
    int before_ = at::get_num_threads();
};

struct Contest {
    Products products;
    std::function<Tensor()> multiply;
    double seconds = std::numeric_limits<double>::infinity();  // the best of several rounds
};

Contest through_onednn(Products products, at::ScalarType type) {
    const Tensor x = at::full({rows, in}, 0.5, type);
    const Tensor packed = packed_for_linear(at::full({out, in}, 0.5, type), rows);
    return {products, [x, packed] { return packed_linear(x, packed, Tensor()); }};
}

Contest through_panels(Products products, PanelKind kind) {
    const Tensor x = at::full({rows, in}, 0.5);
    const Tensor packed = pack_panels(at::full({out, in}, 0.5), kind);
    return {products, [x, packed, kind] { return panel_linear(x, packed, kind, Tensor(), out); }};
}

// Measures them in turns, so that a moment in which the caches are somebody else's is no one's disadvantage.
void hold(std::vector<Contest>& contests) {
    const OneThread alone;
    for (int64_t round = 0; round <= rounds; ++round)
        for (Contest& contest : contests) {
            const double begin = cpu_seconds();
            contest.multiply();
            const double taken = cpu_seconds() - begin;
            if (round > 0) contest.seconds = std::min(contest.seconds, taken);  // the first one prepares kernels
        }
}

Products measured() {
    const c10::InferenceMode no_gradients;
    if (!at::globalContext().hasMKLDNN()) return Products::single;
    std::vector<Contest> contests{through_onednn(Products::single, at::kFloat)};
    if (has_panel_products(at::kHalf)) contests.push_back(through_panels(Products::half, PanelKind::half));
    if (has_bfloat16_products()) contests.push_back(through_onednn(Products::bfloat16, at::kBFloat16));
    if (contests.size() == 1) return Products::single;
    hold(contests);
    constexpr double flops = 2.0 * rows * in * out;
    constexpr std::array names{"float32", "float16", "bfloat16"};
    const Contest* best = &contests.front();
    for (const Contest& contest : contests) {
        logger("inference")
            ->debug("products in {}: {:.0f} GFLOP/s on one core", names.at(static_cast<std::size_t>(contest.products)),
                    flops / contest.seconds / 1e9);
        constexpr double worthwhile = 1.25;
        const bool is_first_gain = best == &contests.front();
        if (contest.seconds * (is_first_gain ? worthwhile : 1.0) < best->seconds) best = &contest;
    }
    return best->products;
}

bool are_single_panels_fast() {
    const c10::InferenceMode no_gradients;
    if (!has_panel_products(at::kFloat)) return false;
    std::vector<Contest> contests{through_onednn(Products::single, at::kFloat),
                                  through_panels(Products::single, PanelKind::single)};
    hold(contests);
    constexpr double allowance = 1.15;
    return contests.back().seconds < allowance * contests.front().seconds;
}

}  // namespace

bool has_bfloat16_products() {
    static const bool result = std::ranges::any_of(at::cpu::get_cpu_capabilities(), [](const auto& capability) {
        const auto& [name, value] = capability;
        return (name == "avx512_bf16" || name == "amx_bf16") && value.isBool() && value.toBool();
    });
    return result;
}

bool has_fast_single_panels() {
    static const bool result = are_single_panels_fast();
    return result;
}

Products fastest_products() {
    static const Products result = measured();
    return result;
}

}  // namespace easel::inference
