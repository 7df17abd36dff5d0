#include "nodes/numpy_random.hpp"

#include <bit>
#include <numeric>
#include <utility>

namespace easel::nodes {

// Draws are masked to the bits that the greatest number has, and drawn again while they are above it.
std::int64_t NumpyRandom::below(std::int64_t bound) {
    const auto greatest = static_cast<std::uint32_t>(bound - 1);
    if (greatest == 0) return 0;
    const std::uint32_t mask = 0xffffffffu >> std::countl_zero(greatest);
    std::uint32_t drawn = 0;
    do
        drawn = static_cast<std::uint32_t>(engine_()) & mask;
    while (drawn > greatest);
    return drawn;
}

std::vector<std::int64_t> NumpyRandom::permutation(std::int64_t size) {
    std::vector<std::int64_t> order(static_cast<std::size_t>(size));
    std::iota(order.begin(), order.end(), 0);
    for (std::int64_t last = size - 1; last > 0; --last)
        std::swap(order[static_cast<std::size_t>(last)], order[static_cast<std::size_t>(below(last + 1))]);
    return order;
}

}  // namespace easel::nodes
