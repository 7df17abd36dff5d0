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
    Tiles(const Tensor& x, const WinogradUse& use, float* out)
        : from_(x.const_data_ptr<float>()), plus_(use.plus.defined() ? use.plus.const_data_ptr<float>() : nullptr),
          channels_(x.size(1)), zoom_(use.doubles ? 2 : 1), height_(zoom_ * x.size(2)), width_(zoom_ * x.size(3)),
          across_(half_of(width_)), down_(half_of(height_)), out_channels_(use.out_channels), out_(out),
          margin_(static_cast<std::size_t>(channels_), 0.0F), count(x.size(0) * across_ * down_) {}

private:
    const float *from_, *plus_;
    int64_t channels_, zoom_, height_, width_, across_, down_, out_channels_;  // sizes with the zoom
    float* out_;
    std::vector<float> margin_;  // a pixel outside of the picture

    const float* pixel(int64_t picture, int64_t y, int64_t x) const {
        return from_ + ((picture * height_ + y) / zoom_ * (width_ / zoom_) + x / zoom_) * channels_;
    }

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
            result[i] = is_inside(y, x) ? pixel(picture, y, x) : margin_.data();
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
            const int64_t rows = (bottom - 1) / zoom_ - top / zoom_ + 1;
            result = std::max(result, Format::largest(pixel(row / down_, top, 0), rows * (width_ / zoom_) * channels_));
        }
        return result;
    }

public:
    int64_t count;

    // Where the results of a tile go.
    winograd_kernels::TileOutput output(int64_t tile, int64_t channel) const {
        const auto [picture, top, left] = place(tile);
        winograd_kernels::TileOutput result;
        for (std::size_t i = 0; i < result.pixels.size(); ++i) {
            const int64_t y = top + static_cast<int64_t>(i) / 2, x = left + static_cast<int64_t>(i) % 2;
            if (!is_inside(y, x)) continue;
            const int64_t place = ((picture * height_ + y) * width_ + x) * out_channels_ + channel;
            result.pixels[i] = out_ + place;
            if (plus_ != nullptr) result.added[i] = plus_ + place;
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

// The points that differ from zero: where a tile's pixels are equal in twos, the third of every row and column does
// not.
std::vector<int64_t> points_of(bool doubles) {
    std::vector<int64_t> result;
    for (int64_t point = 0; point < points; ++point)
        if (!doubles || (point / 4 != 2 && point % 4 != 2)) result.push_back(point);
    return result;
}

template <class Format>
void convolve_tiles(const Tiles& tiles, int64_t channels, const Panels<Format>& panels, const float* bias,
                    const WinogradUse& use) {
    constexpr int64_t columns = Format::columns;
    const std::vector<int64_t> used = points_of(use.doubles);
    const Shares shares(tiles.count, channels);
    const int64_t blocks = (tiles.count + shares.tiles - 1) / shares.tiles;
    const int64_t groups = (panels.count + shares.panels - 1) / shares.panels;
    constexpr int64_t line = 16;  // items: points would else fall into the same sets of the cache
    const int64_t point_stride = shares.tiles * half_kernels::spread(channels) + line;
    std::vector<std::vector<Stretch>> stretches;
    for (int64_t point = 0; point < points; ++point)
        stretches.push_back(split(point * point_stride, channels));
    at::parallel_for(0, blocks * groups, 1, [&](int64_t begin, int64_t end) {
        PanelRows<Format> rows;
        std::vector<float> sums;
        int64_t ready = -1, padded = 0, zeroed = -1;
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
            if (zeroed != size) {                   // points that are not used stay zero
                sums.assign(static_cast<std::size_t>(shares.panels * points * size), 0.0F);
                zeroed = size;
            }
            const int64_t first_panel = unit % groups * shares.panels;
            const int64_t last_panel = std::min(first_panel + shares.panels, panels.count);
            for (const int64_t point : used)
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
                        std::min(columns, use.out_channels - channel), tiles.output(tile, channel));
                }
        }
    });
}

template <class Format>
Tensor packed_winograd(const Tensor& weight) {
    const Tensor kernels = weight.contiguous();
    const int64_t out = weight.size(0), in = weight.size(1);
    return with_values(kernels, [&](const auto* values) {
        return make_panels<Format>(panels_of<Format>(out), points * in, [&](int64_t i, typename Format::Value* panel) {
            const int64_t first = i * Format::columns, count = std::min(Format::columns, out - first);
            const auto* const from = values + first * in * 9;
            const float scale = Format::scale_of_sums(from, count * in * 9, winograd_kernels::growth_of_kernels);
            winograd_kernels::pack_kernels(
                from, {.rows = count, .channels = in, .columns = Format::columns, .scale = scale}, panel);
            return 1.0F / scale;
        });
    });
}

template <class Format>
void convolve_winograd(const Tensor& pictures, const Tensor& packed, const Tensor& bias, const WinogradUse& use,
                       Tensor& result) {
    const Tiles tiles(pictures, use, result.mutable_data_ptr<float>());
    convolve_tiles<Format>(tiles, pictures.size(1), Panels<Format>(packed, use.out_channels),
                           bias.defined() ? bias.const_data_ptr<float>() : nullptr, use);
}

}  // namespace

bool suits_winograd(at::IntArrayRef x, at::IntArrayRef weight, const ConvShape& shape, PanelKind kind) {
    if (shape.kernel_height != 3 || shape.kernel_width != 3 || shape.stride != 1 || shape.padding != 1) return false;
    // With few channels the transformations take longer than the products; with few tiles, reading the kernels does.
    constexpr int64_t fewest_channels = 32, fewest_tiles = 16, most_float_kernels = 1300000;
    if (weight[0] < fewest_channels || weight[1] < fewest_channels) return false;
    // The wide layers hold most of a network's weights: in float32 their memory would grow too much.
    if (kind != PanelKind::half && weight[0] * weight[1] > most_float_kernels) return false;
    return x[0] * half_of(x[2]) * half_of(x[3]) >= fewest_tiles;
}

Tensor pack_winograd(const Tensor& weight, PanelKind kind) {
    return kind == PanelKind::half ? packed_winograd<HalfPanels>(weight) : packed_winograd<SinglePanels>(weight);
}

Tensor winograd_conv2d(const Tensor& x, const Tensor& packed, PanelKind kind, const Tensor& bias,
                       const WinogradUse& use) {
    const Tensor pictures = x.contiguous(at::MemoryFormat::ChannelsLast);
    const int64_t zoom = use.doubles ? 2 : 1;
    Tensor result = at::empty({x.size(0), use.out_channels, zoom * x.size(2), zoom * x.size(3)}, x.options(),
                              at::MemoryFormat::ChannelsLast);
    WinogradUse dense = use;
    if (use.plus.defined()) dense.plus = use.plus.contiguous(at::MemoryFormat::ChannelsLast);
    const auto compute = kind == PanelKind::half ? convolve_winograd<HalfPanels> : convolve_winograd<SinglePanels>;
    compute(pictures, packed, bias, dense, result);
    return result;
}

}  // namespace easel::inference
