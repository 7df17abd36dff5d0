#include "inference/layers/panel_products.hpp"

#include "base/error.hpp"
#include "inference/layers/panel_blocks.hpp"

namespace easel::inference {
namespace {

// Rows that are made ready together: their items stay in the second-level cache.
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

// Shares out blocks and panels between the threads. `fill(index, rows)` makes a block ready.
template <class Format, class Fill>
void multiply_all(int64_t blocks, const Fill& fill, const std::vector<Stretch>& stretches, const Panels<Format>& panels,
                  const float* bias, int64_t out) {
    constexpr int64_t columns = Format::columns;
    at::parallel_for(0, blocks * panels.count, 1, [&](int64_t begin, int64_t end) {
        PanelRows<Format> rows;
        std::vector<float> sums;
        int64_t ready = -1, padded = 0;
        for (int64_t unit = begin; unit < end; ++unit) {
            const int64_t index = unit / panels.count, panel = unit % panels.count;
            if (index != ready) {
                rows.clear();
                fill(index, rows);
                padded = rows.pad();
                sums.resize(static_cast<std::size_t>(padded * columns));
                ready = index;
            }
            multiply_rows<Format>(rows.rows.data(), padded, stretches, panels.panel(panel), sums.data());
            for (std::size_t row = 0; row < rows.out.size(); ++row)
                single_kernels::finish(sums.data() + static_cast<int64_t>(row) * columns,
                                       rows.factors[row] * panels.factor(panel),
                                       bias == nullptr ? nullptr : bias + panel * columns,
                                       std::min(columns, out - panel * columns), rows.out[row] + panel * columns);
        }
    });
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
    template <class Format>
    void fill(int64_t first, int64_t last, float* out, PanelRows<Format>& block) const {
        const std::vector<Part> shares = parts(first, last);
        float largest = 0.0F;
        int64_t rows = 0;
        for (const Part& part : shares) {
            rows += input_rows(part);
            for (int64_t i = 0; i < input_rows(part); ++i)
                if (const int64_t row = first_input(part.first) + i; is_inside(row))
                    largest = std::max(largest, Format::largest(input(part.picture, row), width_ * channels_));
        }
        const float scale = Format::scale_for(largest);
        block.items.assign(static_cast<std::size_t>(rows * line()), 0);
        auto* to = block.items.data();
        for (const Part& part : shares) {
            for (int64_t i = 0; i < input_rows(part); ++i)
                if (const int64_t row = first_input(part.first) + i; is_inside(row))
                    for (int64_t x = 0; x < width_; ++x)
                        Format::to_items(input(part.picture, row) + x * channels_, channels_, scale,
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

// `rows` [out, row size], densely.
template <class Format, class Stored>
Tensor packed_rows(const Stored* rows, int64_t out, int64_t size, int64_t channels) {
    return make_panels<Format>(panels_of<Format>(out), size, [&](int64_t i, typename Format::Value* panel) {
        const int64_t first = i * Format::columns;
        return Format::pack(
            rows + first * size,
            {.rows = std::min(Format::columns, out - first), .channels = channels, .taps = size / channels}, panel);
    });
}

template <class Format>
Tensor packed_weight(const Tensor& weight) {
    const int64_t out = weight.size(0), size = weight.numel() / out;
    // Channels innermost already: one row of a panel for each value, in order.
    const bool is_ordered = weight.dim() != 4 || weight.is_contiguous(at::MemoryFormat::ChannelsLast);
    const Tensor rows = is_ordered && weight.dim() == 4 ? weight.permute({0, 2, 3, 1}) : weight.contiguous();
    const int64_t channels = is_ordered ? size : weight.size(1);
    if constexpr (Format::keeps_type) {
        EASEL_ASSERT(rows.scalar_type() == Format::type);
        const auto* const values = static_cast<const typename Format::Value*>(rows.const_data_ptr());
        return packed_rows<Format>(values, out, size, channels);
    } else {
        return with_values(rows, [&](const auto* values) { return packed_rows<Format>(values, out, size, channels); });
    }
}

template <class Format>
void linear_into(const Tensor& rows, const Tensor& packed, const Tensor& bias, int64_t out_features, float* to) {
    const int64_t count = rows.size(0), in = rows.size(1);
    const Panels<Format> panels(packed, out_features);
    const int64_t size = block_rows(count, panels.count), stride = half_kernels::spread(in);
    const float* const from = rows.const_data_ptr<float>();
    const auto fill = [&](int64_t index, PanelRows<Format>& block) {
        const int64_t first = index * size, last = std::min(first + size, count);
        block.items.resize(static_cast<std::size_t>((last - first) * stride));
        for (int64_t row = first; row < last; ++row) {
            auto* const items = block.items.data() + (row - first) * stride;
            const float scale = Format::scale_for(Format::largest(from + row * in, in));
            Format::to_items(from + row * in, in, scale, items);
            block.add(items, 1.0F / scale, to + row * out_features);
        }
    };
    multiply_all<Format>((count + size - 1) / size, fill, split(0, in), panels, values_of(bias), out_features);
}

template <class Format>
void convolve_into(const Tensor& pictures, const ConvInput& input, const Tensor& packed, const Tensor& bias,
                   int64_t out_channels, float* to) {
    const Panels<Format> panels(packed, out_channels);
    const int64_t rows = pictures.size(0) * input.out_height;
    const int64_t size = std::max<int64_t>(1, block_rows(rows * input.out_width, panels.count) / input.out_width);
    const auto fill = [&](int64_t index, PanelRows<Format>& block) {
        input.fill<Format>(index * size, std::min((index + 1) * size, rows), to, block);
    };
    multiply_all<Format>((rows + size - 1) / size, fill, input.stretches(), panels, values_of(bias), out_channels);
}

// Makes one panel after the other for all rows.
template <class Stored>
void pass_linear(const Tensor& x, const Stored* weight, const float* bias, int64_t out, float* to) {
    constexpr int64_t columns = SinglePanels::columns;
    const int64_t count = x.size(0), in = x.size(1), stride = half_kernels::spread(in);
    const float* const from = x.const_data_ptr<float>();
    std::vector<float> items(static_cast<std::size_t>(count * stride));
    std::vector<const float*> rows;
    for (int64_t row = 0; row < count; ++row) {
        rows.push_back(items.data() + row * stride);
        std::copy_n(from + row * in, in, items.data() + row * stride);
    }
    constexpr std::size_t narrow = 4;
    while (rows.size() % narrow != 0)
        rows.push_back(rows.back());
    const auto padded = static_cast<int64_t>(rows.size());
    const std::vector<Stretch> stretches = split(0, in);
    at::parallel_for(0, panels_of<SinglePanels>(out), 1, [&](int64_t begin, int64_t end) {
        std::vector<float> panel(static_cast<std::size_t>(in * columns));
        std::vector<float> sums(static_cast<std::size_t>(padded * columns));
        for (int64_t first = begin * columns; first < std::min(end * columns, out); first += columns) {
            const int64_t present = std::min(columns, out - first);
            single_kernels::pack_panel(weight + first * in, {.rows = present, .channels = in, .taps = 1}, panel.data());
            multiply_rows<SinglePanels>(rows.data(), padded, stretches, panel.data(), sums.data());
            for (int64_t row = 0; row < count; ++row)
                single_kernels::finish(sums.data() + row * columns, 1.0F, bias == nullptr ? nullptr : bias + first,
                                       present, to + row * out + first);
        }
    });
}

Tensor result_of_linear(const Tensor& x, int64_t out_features) {
    std::vector<int64_t> shape = x.sizes().vec();
    shape.back() = out_features;
    return at::empty(shape, x.options());
}

}  // namespace

bool has_panel_products(at::ScalarType type) {
    return type == at::kHalf ? half_kernels::supported() && single_kernels::supported() : single_kernels::supported();
}

bool suits_panels(at::IntArrayRef weight) {
    constexpr int64_t fewest = 32;
    return weight.size() >= 2 && weight[0] >= fewest && c10::multiply_integers(weight.slice(1)) >= fewest;
}

Tensor pack_panels(const Tensor& weight, PanelKind kind) {
    return with_format(kind, [&](auto format) { return packed_weight<decltype(format)>(weight); });
}

Tensor panel_linear(const Tensor& x, const Tensor& packed, PanelKind kind, const Tensor& bias, int64_t out_features) {
    const Tensor rows = x.reshape({-1, x.size(-1)}).contiguous();  // [count, in]
    Tensor result = result_of_linear(x, out_features);
    with_format(kind, [&](auto format) {
        linear_into<decltype(format)>(rows, packed, bias, out_features, result.mutable_data_ptr<float>());
    });
    return result;
}

Tensor passing_linear(const Tensor& x, const Tensor& weight, const Tensor& bias) {
    const Tensor rows = x.reshape({-1, x.size(-1)}).contiguous(), dense = weight.contiguous();
    Tensor result = result_of_linear(x, weight.size(0));
    with_values(dense, [&](const auto* values) {
        pass_linear(rows, values, values_of(bias), weight.size(0), result.mutable_data_ptr<float>());
    });
    return result;
}

Tensor panel_conv2d(const Tensor& x, const Tensor& packed, PanelKind kind, const Tensor& bias, const ConvShape& shape) {
    const Tensor pictures = x.contiguous(at::MemoryFormat::ChannelsLast);
    const ConvInput input(pictures, shape);
    Tensor result = at::empty({x.size(0), shape.out_channels, input.out_height, input.out_width}, x.options(),
                              at::MemoryFormat::ChannelsLast);
    with_format(kind, [&](auto format) {
        convolve_into<decltype(format)>(pictures, input, packed, bias, shape.out_channels,
                                        result.mutable_data_ptr<float>());
    });
    return result;
}

}  // namespace easel::inference
