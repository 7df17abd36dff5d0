#include "inference/sampling/seed_sequence.hpp"

#include <algorithm>

namespace easel::inference {
namespace {

// A number as its 32-bit words, least significant first; zero is one word.
void append_words(std::vector<uint32_t>& words, uint64_t number) {
    do {
        words.push_back(static_cast<uint32_t>(number));
        number >>= 32;
    } while (number != 0);
}

// A hash whose constant moves on with every use.
class Hash {
public:
    Hash(uint32_t start, uint32_t multiplier) : constant_(start), multiplier_(multiplier) {}

    uint32_t operator()(uint32_t value) {
        value ^= constant_;
        constant_ *= multiplier_;
        value *= constant_;
        return value ^ (value >> 16);
    }

private:
    uint32_t constant_, multiplier_;
};

uint32_t mix(uint32_t x, uint32_t y) {
    const uint32_t result = 0xca01f9ddu * x - 0x4973f715u * y;
    return result ^ (result >> 16);
}

}  // namespace

std::vector<uint32_t> seed_sequence(uint64_t entropy, const std::vector<uint64_t>& spawn_key, std::size_t pool_size,
                                    std::size_t count) {
    std::vector<uint32_t> words;
    append_words(words, entropy);
    if (!spawn_key.empty()) words.resize(std::max(words.size(), pool_size), 0);
    for (uint64_t part : spawn_key)
        append_words(words, part);

    Hash absorb(0x43b0d7e5u, 0x931e8875u);
    std::vector<uint32_t> pool(pool_size);
    for (std::size_t i = 0; i < pool_size; ++i)
        pool[i] = absorb(i < words.size() ? words[i] : 0);
    for (std::size_t from = 0; from < pool_size; ++from)
        for (std::size_t to = 0; to < pool_size; ++to)
            if (from != to) pool[to] = mix(pool[to], absorb(pool[from]));
    for (std::size_t from = pool_size; from < words.size(); ++from)
        for (uint32_t& to : pool)
            to = mix(to, absorb(words[from]));

    Hash emit(0x8b51f9ddu, 0x58f38dedu);
    std::vector<uint32_t> state(count);
    for (std::size_t i = 0; i < count; ++i)
        state[i] = emit(pool[i % pool_size]);
    return state;
}

}  // namespace easel::inference
