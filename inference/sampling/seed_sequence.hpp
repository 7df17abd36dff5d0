// NumPy's SeedSequence: spreads a seed and the place in a tree of generators over independent 32-bit seeds. The
// Brownian tree of the SDE samplers takes its seeds from it, so equal seeds make equal pictures.
#pragma once

#include <cstddef>
#include <cstdint>
#include <vector>

namespace easel::inference {

// `count` words of SeedSequence(entropy, spawn_key=spawn_key, pool_size=pool_size).generate_state(count).
// (numpy.random.SeedSequence; after O'Neill's seed_seq_fe)
std::vector<uint32_t> seed_sequence(uint64_t entropy, const std::vector<uint64_t>& spawn_key, std::size_t pool_size,
                                    std::size_t count);

}  // namespace easel::inference
