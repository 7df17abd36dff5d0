// What layers over panels share: a packed weight, rows of the left operand that one thread has made ready, and their
// products. For files that are compiled with OpenMP (CMakeLists.txt); anywhere else, parallel_for is a plain loop.
#pragma once

#include "inference/layers/panel_formats.hpp"
#include "inference/tensor.hpp"

#include <ATen/Parallel.h>

#include <algorithm>
#include <vector>

namespace easel::inference {

template <class Format>
int64_t panels_of(int64_t out) {
    return (out + Format::columns - 1) / Format::columns;
}

// A packed weight: its panels and, behind them, the factor of each where the format has one.
template <class Format>
class Panels {
public:
    using Value = typename Format::Value;

    Panels(const Tensor& packed, int64_t out)
        : count(panels_of<Format>(out)), lines((packed.numel() / count - Format::values_of_factor) / Format::columns),
          values_(static_cast<const Value*>(packed.const_data_ptr())),
          factors_(reinterpret_cast<const float*>(values_ + count * lines * Format::columns)) {}

    const Value* panel(int64_t index) const { return values_ + index * lines * Format::columns; }
    float factor(int64_t index) const {
        if constexpr (Format::values_of_factor == 0)
            return 1.0F;
        else
            return factors_[index];
    }

    int64_t count, lines;

private:
    const Value* values_;
    const float* factors_;
};

// Room for `count` panels of `lines` lines, and what fills it: `fill(index, panel)` returns the factor.
template <class Format, class Fill>
Tensor make_panels(int64_t count, int64_t lines, const Fill& fill) {
    Tensor packed = at::empty({count * (lines * Format::columns + Format::values_of_factor)},
                              at::TensorOptions().dtype(Format::type));
    auto* const values = static_cast<typename Format::Value*>(packed.mutable_data_ptr());
    auto* const factors = reinterpret_cast<float*>(values + count * lines * Format::columns);
    at::parallel_for(0, count, 1, [&](int64_t begin, int64_t end) {
        for (int64_t i = begin; i < end; ++i) {
            [[maybe_unused]] const float factor = fill(i, values + i * lines * Format::columns);
            if constexpr (Format::values_of_factor != 0) factors[i] = factor;
        }
    });
    return packed;
}

// A stretch of the summed dimension: where it begins behind each row's beginning, and how long it is.
struct Stretch {
    int64_t offset, length;
};

// Rows of the left operand, made ready by one thread for all panels.
template <class Format>
struct PanelRows {
    using Item = typename Format::Item;

    std::vector<Item> items;
    std::vector<const Item*> rows;  // whole tiles: the last row is repeated
    std::vector<float> factors;     // what a row's products have to be multiplied by
    std::vector<float*> out;        // where a row's results go

    void clear() {
        rows.clear();
        factors.clear();
        out.clear();
    }
    void add(const Item* row, float factor, float* result) {
        rows.push_back(row);
        factors.push_back(factor);
        out.push_back(result);
    }
    // Repeats the last row up to a whole number of the narrowest tiles, and returns how many there are then.
    int64_t pad() {
        constexpr std::size_t narrow = 4;
        while (rows.size() % narrow != 0)
            rows.push_back(rows.back());
        return static_cast<int64_t>(rows.size());
    }
};

// The lines of a panel that stay close to the processor, with as much of some rows, while all rows are multiplied with
// them.
constexpr int64_t lines_at_once = 512;

// The products of `padded` rows with the lines of a panel that stretches say, one after the other, into `sums`
// [padded, columns].
template <class Format>
void multiply_rows(const typename Format::Item* const* rows, int64_t padded, const std::vector<Stretch>& stretches,
                   const typename Format::Value* panel, float* sums) {
    constexpr int64_t most = lines_at_once;
    const typename Format::Value* from = panel;
    for (std::size_t first = 0; first < stretches.size();) {
        std::size_t last = first;
        int64_t lines = 0;
        while (last < stretches.size() && (lines == 0 || lines + stretches[last].length <= most))
            lines += stretches[last++].length;
        for (int64_t row = 0; row < padded; row += panel_tile_rows) {
            const typename Format::Value* line = from;
            for (std::size_t i = first; i < last; ++i) {
                Format::multiply(rows + row, std::min(panel_tile_rows, padded - row), stretches[i].offset,
                                 stretches[i].length, line, sums + row * Format::columns,
                                 i == 0 ? half_kernels::Sums::begin : half_kernels::Sums::go_on);
                line += stretches[i].length * Format::columns;
            }
        }
        from += lines * Format::columns;
        first = last;
    }
}

// `length` as stretches of no more than `lines_at_once`, about equally long.
inline std::vector<Stretch> split(int64_t offset, int64_t length) {
    const int64_t pieces = (length + lines_at_once - 1) / lines_at_once;
    const int64_t unit = half_kernels::chunk, each = ((length + pieces - 1) / pieces + unit - 1) / unit * unit;
    std::vector<Stretch> result;
    for (int64_t first = 0; first < length; first += each)
        result.push_back({.offset = offset + first, .length = std::min(each, length - first)});
    return result;
}

}  // namespace easel::inference
