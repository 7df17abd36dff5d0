#include "inference/sampling/brownian_tree.hpp"

#include "base/error.hpp"
#include "inference/sampling/noise.hpp"
#include "inference/sampling/seed_sequence.hpp"

#include <algorithm>
#include <cmath>
#include <cstdio>
#include <cstdlib>

namespace easel::inference {
namespace {

constexpr std::size_t pool_size = 24;
constexpr std::size_t most_remembered = 45;  // more are computed again from their parents

// To six decimals, correctly rounded from the exact binary value, as Python's round does.
double rounded(double time) {
    char text[64];
    std::snprintf(text, sizeof text, "%.6f", time);
    return std::strtod(text, nullptr);
}

}  // namespace

struct BrownianTree::Interval {
    double start, end;
    Interval* parent = nullptr;
    bool is_left = false;
    uint64_t path = 0;  // the turns from the root as bits, most recent last
    uint64_t depth = 0;

    double midway = 0.0;
    uint32_t seed = 0;  // of the midpoint; these and the halves are set when the interval is split
    std::unique_ptr<Interval> left, right;

    Tensor increment;  // undefined when forgotten; always held by the root
};

BrownianTree::BrownianTree(double start, double end, at::IntArrayRef shape, uint64_t seed)
    : shape_(shape.vec()), seed_(seed), root_(std::make_unique<Interval>()) {
    root_->start = rounded(start);
    root_->end = rounded(end);
    root_->increment = random_normal(shape_, seed_sequence(seed, {}, pool_size, 1)[0]) * std::sqrt(end - start);
}

BrownianTree::~BrownianTree() = default;

Tensor BrownianTree::increment(double from, double to) {
    from = std::clamp(from, root_->start, root_->end);
    to = std::clamp(to, root_->start, root_->end);
    EASEL_ASSERT(from <= to);
    if (from == to || rounded(from) == rounded(to)) return at::zeros(shape_, at::kFloat);

    std::vector<Interval*> parts;
    collect(*root_, rounded(from), rounded(to), parts);
    Tensor sum = increment_of(*parts.front());
    for (std::size_t i = 1; i < parts.size(); ++i)
        sum = sum + increment_of(*parts[i]);
    return sum;
}

// Halves `interval` once.
void BrownianTree::split(Interval& interval) {
    interval.midway = rounded(0.5 * (interval.end + interval.start));
    interval.seed = seed_sequence(seed_, {interval.path, interval.depth}, pool_size, 1)[0];
    const auto half = [&](double start, double end, bool is_left) {
        auto child = std::make_unique<Interval>();
        child->start = start;
        child->end = end;
        child->parent = &interval;
        child->is_left = is_left;
        child->path = 2 * interval.path + (is_left ? 0 : 1);
        child->depth = interval.depth + 1;
        return child;
    };
    interval.left = half(interval.start, interval.midway, true);
    interval.right = half(interval.midway, interval.end, false);
}

// Halves on towards `time` until it is the border of two intervals.
void BrownianTree::split_at(Interval& interval, double time) {
    Interval* current = &interval;
    for (;;) {
        split(*current);
        if (time == current->midway) return;
        current = time > current->midway ? current->right.get() : current->left.get();
    }
}

// Appends the intervals, in order, whose union is [from, to], splitting where there are none yet.
void BrownianTree::collect(Interval& interval, double from, double to, std::vector<Interval*>& parts) {
    if (from == interval.start && to == interval.end) {
        parts.push_back(&interval);
        return;
    }
    if (!interval.left) split_at(interval, from == interval.start ? to : from);
    if (to <= interval.midway) return collect(*interval.left, from, to, parts);
    if (from >= interval.midway) return collect(*interval.right, from, to, parts);
    collect(*interval.left, from, interval.midway, parts);
    collect(*interval.right, interval.midway, to, parts);
}

// A Brownian bridge: given the parent's increment, its midpoint is normal around the linear interpolation.
Tensor BrownianTree::increment_of(Interval& interval) {
    if (interval.increment.defined()) return interval.increment;
    const Interval& parent = *interval.parent;
    const Tensor whole = increment_of(*interval.parent);
    const double per_length = 1.0 / (parent.end - parent.start);
    const double left = parent.midway - parent.start, right = parent.end - parent.midway;
    const Tensor left_part =
        whole * left * per_length + random_normal(shape_, parent.seed) * std::sqrt(left * right * per_length);
    interval.increment = interval.is_left ? left_part : whole - left_part;

    remembered_.push_back(&interval);
    if (remembered_.size() > most_remembered) {
        remembered_.front()->increment.reset();
        remembered_.pop_front();
    }
    return interval.increment;
}

}  // namespace easel::inference
