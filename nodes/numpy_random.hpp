// The legacy random numbers of numpy (numpy.random.seed and RandomState), for nodes whose results depend on them.
#pragma once

#include <cstdint>
#include <random>
#include <vector>

namespace easel::nodes {

class NumpyRandom {
public:
    // As the reference seeds: its seeds are taken modulo 2^32 - 1.
    explicit NumpyRandom(std::uint64_t seed) : engine_(static_cast<std::uint32_t>(seed % 0xffffffffu)) {}

    // randint(0, bound): a number below `bound`, which is at least 1.
    std::int64_t below(std::int64_t bound);
    // permutation(size): the numbers 0 to size - 1 in another order.
    std::vector<std::int64_t> permutation(std::int64_t size);

private:
    std::mt19937 engine_;
};

}  // namespace easel::nodes
