#include "inference/layers/winograd.hpp"

#include "inference/layers/panel_blocks.hpp"
#include "inference/layers/winograd_kernels.hpp"

namespace easel::inference {
namespace {

constexpr int64_t points = winograd_kernels::points;

int64_t half_of(int64_t side) { return (side + 1) / 2; }

// The tiles of 2x2 results of a batch of pictures, counted row by row through all of them, and what they read.
class Tiles {
public:
    Tiles(const Tensor& x, int64_t out_channels, float* out)
        : from_(x.const_data_ptr<float>()), channels_(x.size(1)), height_(x.size(2)), width_(x.size(3)),
          across_(half_of(width_)), down_(half_of(height_)), out_channels_(out_channels), out_(out),
          margin_(static_cast<std::size_t>(channels_), 0.0F), count(x.size(0) * across_ * down_) {}

private:
    const float* from_;
    int64_t channels_, height_, width_, across_, down_, out_channels_;
    float* out_;
    std::vector<float> margin_;  // a pixel outside of the picture

    struct Place {
        int64_t picture, y, x;  // of the upper left result
    };
    Place place(int64_t tile) const {
        const int64_t row = tile / across_;
        return {row / down_, 2 * (row % down_), 2 * (tile % across_)};
    }
    bool is_inside(int64_t y, int64_t x) const { return y >= 0 && y < height_ && x >= 0 && x < width_; }

    winograd_kernels::TileInput input(int64_t tile) const {
        const auto [picture, top, left] = place(tile);
        winograd_kernels::TileInput result{};
        for (std::size_t i = 0; i < result.size(); ++i) {
            const int64_t y = top - 1 + static_cast<int64_t>(i) / 4, x = left - 1 + static_cast<int64_t>(i) % 4;
            result[i] = is_inside(y, x) ? from_ + ((picture * height_ + y) * width_ + x) * channels_ : margin_.data();
        }
        return result;
    }

    // The largest magnitude of what tiles `first` to `last` read, and perhaps of some pixels beside them.
    template <class Format>
    float largest(int64_t first, int64_t last) const {
        float result = 0.0F;
        for (int64_t row = first / across_; row <= (last - 1) / across_; ++row) {
            const int64_t top = std::max<int64_t>(0, 2 * (row % down_) - 1);
            const int64_t bottom = std::min(height_, 2 * (row % down_) + 3);
            result = std::max(result, Format::largest(from_ + (row / down_ * height_ + top) * width_ * channels_,
                                                      (bottom - top) * width_ * channels_));
        }
        return result;
    }

public:
    int64_t count;

    // Where the results of a tile go.
    winograd_kernels::TileOutput output(int64_t tile, int64_t channel) const {
        const auto [picture, top, left] = place(tile);
        winograd_kernels::TileOutput result{};
        for (std::size_t i = 0; i < result.size(); ++i) {
            const int64_t y = top + static_cast<int64_t>(i) / 2, x = left + static_cast<int64_t>(i) % 2;
            if (is_inside(y, x)) result[i] = out_ + ((picture * height_ + y) * width_ + x) * out_channels_ + channel;
        }
        return result;
    }

    // The points of tiles `first` to `last`; those of one kind lie `point_stride` items behind each other. Returns what
    // products with them have to be multiplied by.
    template <class Format>
    float fill(int64_t first, int64_t last, int64_t point_stride, PanelRows<Format>& rows) const {
        constexpr float most_in_a_point = 4.0F;  // of the largest pixel
        const float scale = Format::scale_for(most_in_a_point * largest<Format>(first, last));
        const int64_t stride = half_kernels::spread(channels_);
        rows.clear();
        rows.items.resize(static_cast<std::size_t>(points * point_stride));
        for (int64_t tile = first; tile < last; ++tile) {
            auto* const to = rows.items.data() + (tile - first) * stride;
            winograd_kernels::input_points(input(tile), channels_, scale, to, point_stride);
            rows.rows.push_back(to);
        }
        return 1.0F / scale;
    }
};

// How the work is shared out: `tiles` of a block, whose points stay in the caches for all panels, and `panels` that are
// multiplied with one point after the other, so that each point's rows are read once for all of them.
struct Shares {
    int64_t tiles, panels;

    Shares(int64_t count, int64_t channels) {
        constexpr int64_t few_channels = 640, worth_sharing = 24;
        const int64_t most = channels <= few_channels ? 96 : 64;
        const int64_t threads = count >= worth_sharing * at::get_num_threads() ? at::get_num_threads() : 1;
        const int64_t rounds = (count + most * threads - 1) / (most * threads);
        const int64_t blocks = rounds * threads;
        constexpr int64_t narrow = 4;
        tiles = ((count + blocks - 1) / blocks + narrow - 1) / narrow * narrow;
        panels = channels <= few_channels ? 1 : 2;
    }
};

template <class Format>
void convolve_tiles(const Tiles& tiles, int64_t channels, const Panels<Format>& panels, const float* bias,
                    int64_t out) {
    constexpr int64_t columns = Format::columns;
    const Shares shares(tiles.count, channels);
    const int64_t blocks = (tiles.count + shares.tiles - 1) / shares.tiles;
    const int64_t groups = (panels.count + shares.panels - 1) / shares.panels;
    constexpr int64_t line = 16;  // items: points would else fall into the same sets of the cache
    const int64_t point_stride = shares.tiles * half_kernels::spread(channels) + line;
    std::vector<std::vector<Stretch>> stretches;
    for (int64_t point = 0; point < points; ++point)
        stretches.push_back(split<Format>(point * point_stride, channels));
    at::parallel_for(0, blocks * groups, 1, [&](int64_t begin, int64_t end) {
        PanelRows<Format> rows;
        std::vector<float> sums;
        int64_t ready = -1, padded = 0;
        float factor = 1.0F;
        for (int64_t unit = begin; unit < end; ++unit) {
            const int64_t index = unit / groups, first = index * shares.tiles;
            const int64_t last = std::min(first + shares.tiles, tiles.count);
            if (index != ready) {
                factor = tiles.fill(first, last, point_stride, rows);
                padded = rows.pad();
                ready = index;
            }
            const int64_t size = padded * columns;  // of one point's sums with one panel
            sums.resize(static_cast<std::size_t>(shares.panels * points * size));
            const int64_t first_panel = unit % groups * shares.panels;
            const int64_t last_panel = std::min(first_panel + shares.panels, panels.count);
            for (int64_t point = 0; point < points; ++point)
                for (int64_t panel = first_panel; panel < last_panel; ++panel)
                    multiply_rows<Format>(rows.rows.data(), padded, stretches[static_cast<std::size_t>(point)],
                                          panels.panel(panel) + point * channels * columns,
                                          sums.data() + ((panel - first_panel) * points + point) * size);
            for (int64_t tile = first; tile < last; ++tile)
                for (int64_t panel = first_panel; panel < last_panel; ++panel) {
                    const int64_t channel = panel * columns;
                    winograd_kernels::output_pixels(
                        sums.data() + (panel - first_panel) * points * size + (tile - first) * columns, size,
                        factor * panels.factor(panel), bias == nullptr ? nullptr : bias + channel,
                        std::min(columns, out - channel), tiles.output(tile, channel));
                }
        }
    });
}

// `kernels` [out, in, 3, 3], densely.
template <class Format, class Stored>
Tensor packed_kernels(const Stored* kernels, int64_t out, int64_t in) {
    return make_panels<Format>(panels_of<Format>(out), points * in, [&](int64_t i, typename Format::Value* panel) {
        const int64_t first = i * Format::columns, count = std::min(Format::columns, out - first);
        std::vector<float> transformed(static_cast<std::size_t>(count * in * points));
        winograd_kernels::kernel_points(kernels + first * in * 9, count * in, transformed.data());
        return Format::pack(transformed.data(), {.rows = count, .channels = in, .taps = points}, panel);
    });
}

template <class Format>
Tensor packed_winograd(const Tensor& weight) {
    const Tensor kernels = weight.contiguous();
    if (kernels.scalar_type() == at::kHalf)
        return packed_kernels<Format>(reinterpret_cast<const half_kernels::Half*>(kernels.const_data_ptr<at::Half>()),
                                      weight.size(0), weight.size(1));
    return packed_kernels<Format>(kernels.const_data_ptr<float>(), weight.size(0), weight.size(1));
}

template <class Format>
void convolve_winograd(const Tensor& pictures, const Tensor& packed, const Tensor& bias, Tensor& result) {
    const int64_t out = result.size(1);
    const Tiles tiles(pictures, out, result.mutable_data_ptr<float>());
    convolve_tiles<Format>(tiles, pictures.size(1), Panels<Format>(packed, out),
                           bias.defined() ? bias.const_data_ptr<float>() : nullptr, out);
}

}  // namespace

bool suits_winograd(const Tensor& x, at::IntArrayRef weight, const ConvShape& shape, at::ScalarType type) {
    if (shape.kernel_height != 3 || shape.kernel_width != 3 || shape.stride != 1 || shape.padding != 1) return false;
    // With few channels the transformations take longer than the products; with few tiles, reading the kernels does.
    constexpr int64_t fewest_channels = 32, fewest_tiles = 16, most_float_kernels = 1300000;
    if (weight[0] < fewest_channels || weight[1] < fewest_channels) return false;
    // The wide layers hold most of a network's weights: in float32 their memory would grow too much.
    if (type == at::kFloat && weight[0] * weight[1] > most_float_kernels) return false;
    return x.size(0) * half_of(x.size(2)) * half_of(x.size(3)) >= fewest_tiles;
}

Tensor pack_winograd(const Tensor& weight, at::ScalarType type) {
    return type == at::kHalf ? packed_winograd<HalfPanels>(weight) : packed_winograd<SinglePanels>(weight);
}

Tensor winograd_conv2d(const Tensor& x, const Tensor& packed, const Tensor& bias, int64_t out_channels) {
    const Tensor pictures = x.contiguous(at::MemoryFormat::ChannelsLast);
    Tensor result =
        at::empty({x.size(0), out_channels, x.size(2), x.size(3)}, x.options(), at::MemoryFormat::ChannelsLast);
    const auto compute =
        packed.scalar_type() == at::kHalf ? convolve_winograd<HalfPanels> : convolve_winograd<SinglePanels>;
    compute(pictures, packed, bias, result);
    return result;
}

}  // namespace easel::inference
