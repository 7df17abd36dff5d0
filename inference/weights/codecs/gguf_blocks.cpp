#include "inference/weights/codecs/gguf_blocks.hpp"

#include <c10/util/Half.h>

#include <algorithm>
#include <array>
#include <cstring>

namespace easel::inference {
namespace {

using Bytes = const std::uint8_t*;

float half_at(Bytes block, int64_t offset) {
    std::uint16_t bits = 0;
    std::memcpy(&bits, block + offset, sizeof bits);
    return static_cast<float>(c10::Half(bits, c10::Half::from_bits()));
}

std::uint32_t word_at(Bytes block, int64_t offset) {
    std::uint32_t word = 0;
    std::memcpy(&word, block + offset, sizeof word);
    return word;
}

int low(std::uint8_t byte) { return byte & 0xF; }
int high(std::uint8_t byte) { return byte >> 4; }

// Legacy formats: 32 values, the first half in the low nibbles, the second in the high ones.

void decode_q4_0(Bytes block, float* out) {
    const float scale = half_at(block, 0);
    for (int i = 0; i < 16; ++i) {
        out[i] = scale * static_cast<float>(low(block[2 + i]) - 8);
        out[i + 16] = scale * static_cast<float>(high(block[2 + i]) - 8);
    }
}

void decode_q4_1(Bytes block, float* out) {
    const float scale = half_at(block, 0), least = half_at(block, 2);
    for (int i = 0; i < 16; ++i) {
        out[i] = scale * static_cast<float>(low(block[4 + i])) + least;
        out[i + 16] = scale * static_cast<float>(high(block[4 + i])) + least;
    }
}

// The fifth bits of all values stand in a word of their own.
int fifth_bit(std::uint32_t word, int index) { return static_cast<int>((word >> index) & 1U) << 4; }

void decode_q5_0(Bytes block, float* out) {
    const float scale = half_at(block, 0);
    const std::uint32_t top = word_at(block, 2);
    for (int i = 0; i < 16; ++i) {
        out[i] = scale * static_cast<float>((low(block[6 + i]) | fifth_bit(top, i)) - 16);
        out[i + 16] = scale * static_cast<float>((high(block[6 + i]) | fifth_bit(top, i + 16)) - 16);
    }
}

void decode_q5_1(Bytes block, float* out) {
    const float scale = half_at(block, 0), least = half_at(block, 2);
    const std::uint32_t top = word_at(block, 4);
    for (int i = 0; i < 16; ++i) {
        out[i] = scale * static_cast<float>(low(block[8 + i]) | fifth_bit(top, i)) + least;
        out[i + 16] = scale * static_cast<float>(high(block[8 + i]) | fifth_bit(top, i + 16)) + least;
    }
}

void decode_q8_0(Bytes block, float* out) {
    const float scale = half_at(block, 0);
    for (int i = 0; i < 32; ++i)
        out[i] = scale * static_cast<float>(static_cast<std::int8_t>(block[2 + i]));
}

// K formats: 256 values in groups of 16 or 32, whose scales are quantised as well.

void decode_q2_k(Bytes block, float* out) {
    const Bytes scales = block, quants = block + 16;
    const float scale = half_at(block, 80), least = half_at(block, 82);
    for (int group = 0; group < 16; ++group) {
        // Each run of 32 bytes holds 128 values, two bits of a byte for each of four runs of 32 values.
        const int run = group / 8, shift = 2 * ((group % 8) / 2), first = 16 * (group % 2);
        const float step = scale * static_cast<float>(low(scales[group]));
        const float offset = least * static_cast<float>(high(scales[group]));
        for (int i = 0; i < 16; ++i)
            *out++ = step * static_cast<float>((quants[32 * run + first + i] >> shift) & 3) - offset;
    }
}

void decode_q3_k(Bytes block, float* out) {
    const Bytes top = block, quants = block + 32, packed = block + 96;
    const float scale = half_at(block, 108);
    for (int group = 0; group < 16; ++group) {
        const int low_bits = group < 8 ? low(packed[group]) : high(packed[group - 8]);
        const int high_bits = (packed[8 + group % 4] >> (2 * (group / 4))) & 3;
        const float step = scale * static_cast<float>((low_bits | high_bits << 4) - 32);
        const int run = group / 8, pair = (group % 8) / 2, first = 16 * (group % 2);
        for (int i = 0; i < 16; ++i) {
            const int bits = (quants[32 * run + first + i] >> (2 * pair)) & 3;
            const bool is_positive = (top[first + i] >> (4 * run + pair)) & 1;
            *out++ = step * static_cast<float>(is_positive ? bits : bits - 4);
        }
    }
}

struct ScaleAndLeast {
    int scale, least;
};

// Eight pairs of six bits in twelve bytes.
ScaleAndLeast six_bits(Bytes packed, int group) {
    if (group < 4) return {packed[group] & 63, packed[group + 4] & 63};
    return {low(packed[group + 4]) | (packed[group - 4] >> 6) << 4, high(packed[group + 4]) | (packed[group] >> 6)
                                                                                                  << 4};
}

void decode_q4_k(Bytes block, float* out) {
    const float scale = half_at(block, 0), least = half_at(block, 2);
    for (int group = 0; group < 8; ++group) {
        const auto [s, m] = six_bits(block + 4, group);
        const float step = scale * static_cast<float>(s), offset = least * static_cast<float>(m);
        const Bytes quants = block + 16 + 32 * (group / 2);
        for (int i = 0; i < 32; ++i)
            *out++ = step * static_cast<float>(group % 2 == 0 ? low(quants[i]) : high(quants[i])) - offset;
    }
}

void decode_q5_k(Bytes block, float* out) {
    const float scale = half_at(block, 0), least = half_at(block, 2);
    const Bytes top = block + 16;
    for (int group = 0; group < 8; ++group) {
        const auto [s, m] = six_bits(block + 4, group);
        const float step = scale * static_cast<float>(s), offset = least * static_cast<float>(m);
        const Bytes quants = block + 48 + 32 * (group / 2);
        for (int i = 0; i < 32; ++i) {
            const int bits = group % 2 == 0 ? low(quants[i]) : high(quants[i]);
            *out++ = step * static_cast<float>(bits | ((top[i] >> group) & 1) << 4) - offset;
        }
    }
}

void decode_q6_k(Bytes block, float* out) {
    const float scale = half_at(block, 208);
    for (int group = 0; group < 16; ++group) {
        // Halves of 128 values; within one, four runs of 32 that share 64 bytes of low and 32 of high bits.
        const int half = group / 8, run = (group % 8) / 2, first = 16 * (group % 2);
        const Bytes lows = block + 64 * half + 32 * (run % 2), highs = block + 128 + 32 * half;
        const float step = scale * static_cast<float>(static_cast<std::int8_t>(block[192 + group]));
        for (int i = first; i < first + 16; ++i) {
            const int bits = (run < 2 ? low(lows[i]) : high(lows[i])) | ((highs[i] >> (2 * run)) & 3) << 4;
            *out++ = step * static_cast<float>(bits - 32);
        }
    }
}

void decode_q8_k(Bytes block, float* out) {
    float scale = 0;
    std::memcpy(&scale, block, sizeof scale);
    for (int i = 0; i < 256; ++i)
        out[i] = scale * static_cast<float>(static_cast<std::int8_t>(block[4 + i]));
}

// IQ4: the sixteen values are not evenly spaced.
constexpr std::array<float, 16> uneven{-127, -104, -83, -65, -49, -35, -22, -10, 1, 13, 25, 38, 53, 69, 89, 113};

float uneven_low(std::uint8_t byte) { return uneven[static_cast<std::size_t>(low(byte))]; }
float uneven_high(std::uint8_t byte) { return uneven[static_cast<std::size_t>(high(byte))]; }

void decode_iq4_nl(Bytes block, float* out) {
    const float scale = half_at(block, 0);
    for (int i = 0; i < 16; ++i) {
        out[i] = scale * uneven_low(block[2 + i]);
        out[i + 16] = scale * uneven_high(block[2 + i]);
    }
}

void decode_iq4_xs(Bytes block, float* out) {
    const float scale = half_at(block, 0);
    const int scales_high = block[2] | block[3] << 8;
    for (int group = 0; group < 8; ++group) {
        const std::uint8_t pair = block[4 + group / 2];
        const int bits = (group % 2 == 0 ? low(pair) : high(pair)) | ((scales_high >> (2 * group)) & 3) << 4;
        const float step = scale * static_cast<float>(bits - 32);
        const Bytes quants = block + 8 + 16 * group;
        for (int i = 0; i < 16; ++i) {
            out[32 * group + i] = step * uneven_low(quants[i]);
            out[32 * group + i + 16] = step * uneven_high(quants[i]);
        }
    }
}

constexpr std::array types{
    GgufBlockType{2, "Q4_0", 18, 32, decode_q4_0},        GgufBlockType{3, "Q4_1", 20, 32, decode_q4_1},
    GgufBlockType{6, "Q5_0", 22, 32, decode_q5_0},        GgufBlockType{7, "Q5_1", 24, 32, decode_q5_1},
    GgufBlockType{8, "Q8_0", 34, 32, decode_q8_0},        GgufBlockType{10, "Q2_K", 84, 256, decode_q2_k},
    GgufBlockType{11, "Q3_K", 110, 256, decode_q3_k},     GgufBlockType{12, "Q4_K", 144, 256, decode_q4_k},
    GgufBlockType{13, "Q5_K", 176, 256, decode_q5_k},     GgufBlockType{14, "Q6_K", 210, 256, decode_q6_k},
    GgufBlockType{15, "Q8_K", 292, 256, decode_q8_k},     GgufBlockType{20, "IQ4_NL", 18, 32, decode_iq4_nl},
    GgufBlockType{23, "IQ4_XS", 136, 256, decode_iq4_xs},
};

}  // namespace

const GgufBlockType* find_gguf_block_type(std::uint32_t id) {
    const auto found = std::ranges::find(types, id, &GgufBlockType::id);
    return found == types.end() ? nullptr : &*found;
}

}  // namespace easel::inference
