// The inner loops of products in half precision, for x86-64 processors with AVX-512 FP16, which multiply halves twice
// as fast as floats. Sums of `chunk` products are kept in half precision and then added up in float32.
#pragma once

#include <cstdint>

namespace easel::inference::half_kernels {

constexpr int64_t tile_rows = 12;  // of the left operand that are multiplied at once
constexpr int64_t columns = 64;    // of a panel of the right operand
constexpr int64_t chunk = 64;      // products that are summed in half precision

// Bits of a half, of a bfloat16, and of a pair of the same half.
using Half = std::uint16_t;
enum class Brain : std::uint16_t {};
using Pair = std::uint32_t;

// At least `count` pairs, so many that rows of them fall into different sets of the first-level cache.
inline int64_t spread(int64_t count) {
    constexpr int64_t line = 64 / sizeof(Pair);
    const int64_t lines = (count + line - 1) / line;
    return (lines + (lines % 2 == 0 ? 1 : 0)) * line;
}

// Whether this processor can run the functions below.
bool supported();

// A power of two that brings the largest of values (finite or not) to between 8 and 16, so that no sum of `chunk`
// products overflows; 1 where there is nothing to scale.
float scale_for(float largest);

// The largest magnitude of `count` values.
float largest(const float* values, int64_t count);

// Each value times `scale` as a pair of halves.
void to_pairs(const float* values, int64_t count, float scale, Pair* pairs);

// A part of a weight: rows of `channels` x `taps` values each, densely one after the other, channels outermost.
struct Extent {
    int64_t rows, channels, taps;
    int64_t row_size() const { return channels * taps; }
};

// Up to `columns` rows of a weight as a panel: [tap, channel, columns], zeros in the columns that are not there.
// Returns what products with the panel have to be multiplied by.
float pack_panel(const float* from, const Extent& extent, Half* panel);
float pack_panel(const Half* from, const Extent& extent, Half* panel);
float pack_panel(const Brain* from, const Extent& extent, Half* panel);

// The scale that a panel is packed with whose values are at most `largest`.
float scale_of_weights(float largest);
// The largest magnitude of `count` values of a weight.
float largest_weight(const float* values, int64_t count);
float largest_weight(const Half* values, int64_t count);
float largest_weight(const Brain* values, int64_t count);

enum class Sums { begin, go_on };

// The products of `count` (4, 8 or 12) rows with `length` lines of a panel: put into `sums` [rows, columns] or added to
// what is there. Row i begins at rows[i] + offset.
void multiply(const Pair* const* rows, int64_t count, int64_t offset, int64_t length, const Half* panel, float* sums,
              Sums mode);

}  // namespace easel::inference::half_kernels
