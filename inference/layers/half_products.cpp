#include "inference/layers/half_products.hpp"

#include "inference/layers/half_kernels.hpp"

#include <ATen/Parallel.h>

#include <algorithm>
#include <vector>

namespace easel::inference {
namespace {

using half_kernels::Half;
using half_kernels::Pair;

constexpr int64_t columns = half_kernels::columns, tile_rows = half_kernels::tile_rows;

int64_t panels_of(int64_t out) { return (out + columns - 1) / columns; }

// A packed weight: its panels and, behind them, the factor of each.
class Panels {
public:
    Panels(const Tensor& packed, int64_t out)
        : count(panels_of(out)), lines(packed.numel() / count / columns),
          halves_(reinterpret_cast<const Half*>(packed.const_data_ptr<at::Half>())),
          factors_(reinterpret_cast<const float*>(halves_ + count * lines * columns)) {}

    const Half* panel(int64_t index) const { return halves_ + index * lines * columns; }
    float factor(int64_t index) const { return factors_[index]; }

    int64_t count, lines;

private:
    const Half* halves_;
    const float* factors_;
};

// A stretch of the summed dimension: where it begins behind each row's beginning, and how long it is.
struct Stretch {
    int64_t offset, length;
};

// Rows of the left operand as pairs of halves, made ready by one thread for all panels.
struct Block {
    std::vector<Pair> pairs;
    std::vector<const Pair*> rows;  // whole tiles: the last row is repeated
    std::vector<float> factors;     // what a row's products have to be multiplied by
    std::vector<float*> out;        // where a row's results go

    void clear() {
        rows.clear();
        factors.clear();
        out.clear();
    }
    void add(const Pair* row, float factor, float* result) {
        rows.push_back(row);
        factors.push_back(factor);
        out.push_back(result);
    }
};

// Rows that are made ready together: their pairs, and a stretch of a panel, stay in the second-level cache.
constexpr int64_t most_rows = 192, fewest_rows = 48;

// The rows of a block when `rows` rows and `panels` panels are shared out between the threads: fewer where every thread
// would get but a few.
int64_t block_rows(int64_t rows, int64_t panels) {
    int64_t size = most_rows;
    const int64_t wanted = 8 * at::get_num_threads();
    while (size > fewest_rows && (rows + size - 1) / size * panels < wanted)
        size /= 2;
    return size;
}

// The products of one block with one panel.
void multiply(Block& block, const std::vector<Stretch>& stretches, const Panels& panels, int64_t panel,
              const float* bias, int64_t valid, std::vector<float>& sums) {
    const auto count = static_cast<int64_t>(block.out.size());
    constexpr int64_t narrow = 4;
    while (block.rows.size() % narrow != 0)
        block.rows.push_back(block.rows.back());
    const auto padded = static_cast<int64_t>(block.rows.size());
    sums.resize(static_cast<std::size_t>(padded * columns));

    constexpr int64_t lines_in_cache = 2048;
    const Half* from = panels.panel(panel);
    for (std::size_t first = 0; first < stretches.size();) {
        std::size_t last = first;
        int64_t lines = 0;
        while (last < stretches.size() && (lines == 0 || lines + stretches[last].length <= lines_in_cache))
            lines += stretches[last++].length;
        for (int64_t row = 0; row < padded; row += tile_rows) {
            const Half* line = from;
            for (std::size_t i = first; i < last; ++i) {
                half_kernels::multiply(block.rows.data() + row, std::min(tile_rows, padded - row),
                                       stretches[i].offset, stretches[i].length, line, sums.data() + row * columns,
                                       i == 0 ? half_kernels::Sums::begin : half_kernels::Sums::go_on);
                line += stretches[i].length * columns;
            }
        }
        from += lines * columns;
        first = last;
    }
    for (int64_t row = 0; row < count; ++row) {
        const auto i = static_cast<std::size_t>(row);
        half_kernels::finish(sums.data() + row * columns, block.factors[i] * panels.factor(panel), bias, valid,
                             block.out[i] + panel * columns);
    }
}

// Shares out blocks and panels between the threads. `fill(index, block)` makes a block ready.
template <class Fill>
void multiply_all(int64_t blocks, const Fill& fill, const std::vector<Stretch>& stretches, const Panels& panels,
                  const float* bias, int64_t out) {
    at::parallel_for(0, blocks * panels.count, 1, [&](int64_t begin, int64_t end) {
        Block block;
        std::vector<float> sums;
        int64_t ready = -1;
        for (int64_t unit = begin; unit < end; ++unit) {
            const int64_t index = unit / panels.count, panel = unit % panels.count;
            if (index != ready) {
                block.clear();
                fill(index, block);
                ready = index;
            }
            multiply(block, stretches, panels, panel, bias == nullptr ? nullptr : bias + panel * columns,
                     std::min(columns, out - panel * columns), sums);
        }
    });
}

// Long stretches would let a panel fall out of the cache between two tiles.
std::vector<Stretch> split(int64_t offset, int64_t length) {
    constexpr int64_t longest = 1024;
    std::vector<Stretch> result;
    for (int64_t first = 0; first < length; first += longest)
        result.push_back({.offset = offset + first, .length = std::min(longest, length - first)});
    return result;
}

// What one block of a convolution reads: rows of pictures with their margins.
class ConvInput {
public:
    ConvInput(const Tensor& x, const ConvShape& shape)
        : from_(x.const_data_ptr<float>()), channels_(x.size(1)), height_(x.size(2)), width_(x.size(3)), shape_(shape),
          out_height((height_ + 2 * shape.padding - shape.kernel_height) / shape.stride + 1),
          out_width((width_ + 2 * shape.padding - shape.kernel_width) / shape.stride + 1) {}

private:
    const float* from_;
    int64_t channels_, height_, width_;
    ConvShape shape_;

    int64_t pixel() const { return half_kernels::spread(channels_); }
    int64_t line() const { return (width_ + 2 * shape_.padding) * pixel(); }
    int64_t first_input(int64_t row) const { return row * shape_.stride - shape_.padding; }
    const float* input(int64_t picture, int64_t row) const {
        return from_ + (picture * height_ + row) * width_ * channels_;
    }
    bool is_inside(int64_t row) const { return row >= 0 && row < height_; }

    // One picture's share of a block: output rows `first` to `last`.
    struct Part {
        int64_t picture, first, last;
    };
    std::vector<Part> parts(int64_t first, int64_t last) const {
        std::vector<Part> result;
        while (first < last) {
            const int64_t picture = first / out_height, begin = first % out_height;
            const int64_t end = std::min(out_height, begin + last - first);
            result.push_back({picture, begin, end});
            first += end - begin;
        }
        return result;
    }
    int64_t input_rows(const Part& part) const {
        return (part.last - part.first - 1) * shape_.stride + shape_.kernel_height;
    }

public:
    int64_t out_height, out_width;

    // What each of the kernel's taps adds to a pixel's place.
    std::vector<Stretch> stretches() const {
        std::vector<Stretch> result;
        for (int64_t y = 0; y < shape_.kernel_height; ++y)
            for (int64_t x = 0; x < shape_.kernel_width; ++x)
                for (const Stretch& stretch : split(y * line() + x * pixel(), channels_))
                    result.push_back(stretch);
        return result;
    }

    // Output rows `first` to `last`, counted through all pictures; results go to `out`, which begins at row 0.
    void fill(int64_t first, int64_t last, float* out, Block& block) const {
        const std::vector<Part> shares = parts(first, last);
        float largest = 0.0F;
        int64_t rows = 0;
        for (const Part& part : shares) {
            rows += input_rows(part);
            for (int64_t i = 0; i < input_rows(part); ++i)
                if (const int64_t row = first_input(part.first) + i; is_inside(row))
                    largest = std::max(largest, half_kernels::largest(input(part.picture, row), width_ * channels_));
        }
        const float scale = half_kernels::scale_for(largest);
        block.pairs.assign(static_cast<std::size_t>(rows * line()), 0);
        Pair* to = block.pairs.data();
        for (const Part& part : shares) {
            for (int64_t i = 0; i < input_rows(part); ++i)
                if (const int64_t row = first_input(part.first) + i; is_inside(row))
                    for (int64_t x = 0; x < width_; ++x)
                        half_kernels::to_pairs(input(part.picture, row) + x * channels_, channels_, scale,
                                               to + i * line() + (shape_.padding + x) * pixel());
            for (int64_t y = part.first; y < part.last; ++y)
                for (int64_t x = 0; x < out_width; ++x)
                    block.add(to + (y - part.first) * shape_.stride * line() + x * shape_.stride * pixel(),
                              1.0F / scale,
                              out + ((part.picture * out_height + y) * out_width + x) * shape_.out_channels);
            to += input_rows(part) * line();
        }
    }
};

const float* values_of(const Tensor& bias) { return bias.defined() ? bias.const_data_ptr<float>() : nullptr; }

}  // namespace

bool has_half_products() { return half_kernels::supported(); }

bool suits_half_products(at::IntArrayRef weight) {
    constexpr int64_t fewest = 32;
    return weight.size() >= 2 && weight[0] >= fewest && c10::multiply_integers(weight.slice(1)) >= fewest;
}

Tensor pack_half(const Tensor& weight) {
    const int64_t out = weight.size(0), panels = panels_of(out);
    // Channels innermost already: one row of a panel for each value, in order.
    const bool is_ordered = weight.dim() != 4 || weight.is_contiguous(at::MemoryFormat::ChannelsLast);
    const Tensor rows = is_ordered && weight.dim() == 4 ? weight.permute({0, 2, 3, 1}) : weight.contiguous();
    const int64_t size = weight.numel() / out, channels = is_ordered ? size : weight.size(1);
    Tensor packed = at::empty({panels * (size * columns + 2)}, rows.options().dtype(at::kHalf));
    auto* const halves = reinterpret_cast<Half*>(packed.mutable_data_ptr<at::Half>());
    auto* const factors = reinterpret_cast<float*>(halves + panels * size * columns);
    at::parallel_for(0, panels, 1, [&](int64_t begin, int64_t end) {
        for (int64_t i = begin; i < end; ++i) {
            const int64_t first = i * columns * size;
            const half_kernels::Extent extent{
                .rows = std::min(columns, out - i * columns), .channels = channels, .taps = size / channels};
            Half* const panel = halves + first;
            factors[i] = rows.scalar_type() == at::kHalf
                             ? half_kernels::pack_panel(
                                   reinterpret_cast<const Half*>(rows.const_data_ptr<at::Half>()) + first, extent, panel)
                             : half_kernels::pack_panel(rows.const_data_ptr<float>() + first, extent, panel);
        }
    });
    return packed;
}

Tensor half_linear(const Tensor& x, const Tensor& packed, const Tensor& bias, int64_t out_features) {
    const Tensor rows = x.reshape({-1, x.size(-1)}).contiguous();  // [count, in]
    const int64_t count = rows.size(0), in = rows.size(1);
    std::vector<int64_t> shape = x.sizes().vec();
    shape.back() = out_features;
    Tensor result = at::empty(shape, x.options());
    const Panels panels(packed, out_features);
    const int64_t size = block_rows(count, panels.count), stride = half_kernels::spread(in);
    const float* const from = rows.const_data_ptr<float>();
    float* const to = result.mutable_data_ptr<float>();
    const auto fill = [&](int64_t index, Block& block) {
        const int64_t first = index * size, last = std::min(first + size, count);
        block.pairs.resize(static_cast<std::size_t>((last - first) * stride));
        for (int64_t row = first; row < last; ++row) {
            Pair* const pairs = block.pairs.data() + (row - first) * stride;
            const float scale = half_kernels::scale_for(half_kernels::largest(from + row * in, in));
            half_kernels::to_pairs(from + row * in, in, scale, pairs);
            block.add(pairs, 1.0F / scale, to + row * out_features);
        }
    };
    multiply_all((count + size - 1) / size, fill, split(0, in), panels, values_of(bias), out_features);
    return result;
}

Tensor half_conv2d(const Tensor& x, const Tensor& packed, const Tensor& bias, const ConvShape& shape) {
    const Tensor pictures = x.contiguous(at::MemoryFormat::ChannelsLast);
    const ConvInput input(pictures, shape);
    Tensor result = at::empty({x.size(0), shape.out_channels, input.out_height, input.out_width}, x.options(),
                              at::MemoryFormat::ChannelsLast);
    const Panels panels(packed, shape.out_channels);
    const int64_t rows = x.size(0) * input.out_height;
    const int64_t size = std::max<int64_t>(1, block_rows(rows * input.out_width, panels.count) / input.out_width);
    float* const to = result.mutable_data_ptr<float>();
    const auto fill = [&](int64_t index, Block& block) {
        input.fill(index * size, std::min((index + 1) * size, rows), to, block);
    };
    multiply_all((rows + size - 1) / size, fill, input.stretches(), panels, values_of(bias), shape.out_channels);
    return result;
}

}  // namespace easel::inference
