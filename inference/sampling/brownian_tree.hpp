// A Brownian path that is the same function of its seed in whatever order it is asked: the noise of the SDE samplers.
#pragma once

#include "inference/tensor.hpp"

#include <cstdint>
#include <deque>
#include <memory>
#include <vector>

namespace easel::inference {

// Increments of Brownian motion over parts of [start, end], by halving the interval until the asked times are reached
// (to 1e-6) and drawing each midpoint from a seed of its own. Reproduces torchsde.BrownianTree. One thread at a time.
class BrownianTree {
public:
    BrownianTree(double start, double end, at::IntArrayRef shape, uint64_t seed);
    ~BrownianTree();

    // W(to) - W(from) in float32 on the CPU, from <= to; times outside the interval count as its ends.
    Tensor increment(double from, double to);

private:
    struct Interval;

    void split(Interval& interval);
    void split_at(Interval& interval, double time);
    void collect(Interval& interval, double from, double to, std::vector<Interval*>& parts);
    Tensor increment_of(Interval& interval);

    std::vector<int64_t> shape_;
    uint64_t seed_;
    std::unique_ptr<Interval> root_;
    std::deque<Interval*> remembered_;  // whose increments are held, oldest first
};

}  // namespace easel::inference
