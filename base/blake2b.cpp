#include "base/blake2b.hpp"

#include <algorithm>
#include <array>
#include <bit>
#include <cstddef>

namespace easel {
namespace {

using Words = std::array<std::uint64_t, 8>;

constexpr Words first_state{0x6a09e667f3bcc908, 0xbb67ae8584caa73b, 0x3c6ef372fe94f82b, 0xa54ff53a5f1d36f1,
                            0x510e527fade682d1, 0x9b05688c2b3e6c1f, 0x1f83d9abfb41bd6b, 0x5be0cd19137e2179};

constexpr std::array<std::array<std::uint8_t, 16>, 10> word_orders{{
    {0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15},
    {14, 10, 4, 8, 9, 15, 13, 6, 1, 12, 0, 2, 11, 7, 5, 3},
    {11, 8, 12, 0, 5, 2, 15, 13, 10, 14, 3, 6, 7, 1, 9, 4},
    {7, 9, 3, 1, 13, 12, 11, 14, 2, 6, 5, 10, 4, 0, 15, 8},
    {9, 0, 5, 7, 2, 4, 10, 15, 14, 1, 11, 12, 6, 8, 3, 13},
    {2, 12, 6, 10, 0, 11, 8, 3, 4, 13, 7, 5, 15, 14, 1, 9},
    {12, 5, 1, 15, 14, 13, 4, 10, 0, 7, 6, 3, 9, 2, 8, 11},
    {13, 11, 7, 14, 12, 1, 3, 9, 5, 0, 15, 4, 8, 6, 2, 10},
    {6, 15, 14, 9, 11, 3, 0, 8, 12, 2, 13, 7, 1, 4, 10, 5},
    {10, 2, 8, 4, 7, 6, 1, 5, 15, 11, 9, 14, 3, 12, 13, 0},
}};

// The word of up to eight bytes from `at` on; zeros follow the text.
std::uint64_t word_at(std::string_view text, std::size_t at) {
    std::uint64_t word = 0;
    for (std::size_t i = 0; i < 8 && at + i < text.size(); ++i)
        word |= std::uint64_t{static_cast<unsigned char>(text[at + i])} << (8 * i);
    return word;
}

void mix(std::array<std::uint64_t, 16>& v, const std::array<std::size_t, 4>& places, std::uint64_t x, std::uint64_t y) {
    auto &a = v[places[0]], &b = v[places[1]], &c = v[places[2]], &d = v[places[3]];
    a += b + x;
    d = std::rotr(d ^ a, 32);
    c += d;
    b = std::rotr(b ^ c, 24);
    a += b + y;
    d = std::rotr(d ^ a, 16);
    c += d;
    b = std::rotr(b ^ c, 63);
}

void compress(Words& state, std::string_view block, std::size_t read, bool is_last) {
    constexpr std::array<std::array<std::size_t, 4>, 8> columns_and_diagonals{{{0, 4, 8, 12},
                                                                               {1, 5, 9, 13},
                                                                               {2, 6, 10, 14},
                                                                               {3, 7, 11, 15},
                                                                               {0, 5, 10, 15},
                                                                               {1, 6, 11, 12},
                                                                               {2, 7, 8, 13},
                                                                               {3, 4, 9, 14}}};
    std::array<std::uint64_t, 16> v{}, words{};
    for (std::size_t i = 0; i < 16; ++i)
        words[i] = word_at(block, 8 * i);
    std::ranges::copy(state, v.begin());
    std::ranges::copy(first_state, v.begin() + 8);
    v[12] ^= read;
    if (is_last) v[14] = ~v[14];
    for (std::size_t round = 0; round < 12; ++round) {
        const auto& order = word_orders[round % word_orders.size()];
        for (std::size_t i = 0; i < 8; ++i)
            mix(v, columns_and_diagonals[i], words[order[2 * i]], words[order[2 * i + 1]]);
    }
    for (std::size_t i = 0; i < 8; ++i)
        state[i] ^= v[i] ^ v[i + 8];
}

}  // namespace

std::uint64_t blake2b_64(std::string_view text, std::string_view person) {
    constexpr std::size_t block = 128;
    constexpr std::uint64_t digest_bytes = 8, sequential = 0x01010000;
    Words state = first_state;
    state[0] ^= sequential | digest_bytes;
    state[6] ^= word_at(person, 0);
    state[7] ^= word_at(person, 8);
    std::size_t read = 0;
    for (; text.size() - read > block; read += block)
        compress(state, text.substr(read, block), read + block, false);
    compress(state, text.substr(read), text.size(), true);
    return state[0];
}

}  // namespace easel
