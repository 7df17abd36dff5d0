#include "inference/image/quantize.hpp"

#include "base/error.hpp"

#include <algorithm>
#include <limits>
#include <map>
#include <string>
#include <unordered_map>
#include <utility>

namespace easel::inference {

namespace {

constexpr std::size_t most_distinct = 65536;

struct Counted {
    Colour colour{};
    std::int64_t count = 0;
    std::array<std::int64_t, 3> sum{};  // of the pixels at full precision
};

// A part of the colours, and how often they occur.
struct Box {
    std::vector<Counted> colours;
    std::int64_t pixels = 0;
    int first = -1, second = -1;  // its halves, once it is split
};

std::uint32_t key_of(const std::uint8_t* pixel, int shift) {
    return std::uint32_t(pixel[0] >> shift) << 16 | std::uint32_t(pixel[1] >> shift) << 8 |
           std::uint32_t(pixel[2] >> shift);
}

// The distinct colours; where they are too many, those that differ in the lowest bits only count as one.
std::vector<Counted> distinct_colours(const std::uint8_t* pixels, std::int64_t count) {
    for (int shift = 0;; ++shift) {
        std::unordered_map<std::uint32_t, Counted> found;
        for (std::int64_t i = 0; i < count && found.size() <= most_distinct; ++i) {
            const auto* pixel = pixels + 3 * i;
            const std::uint32_t key = key_of(pixel, shift);
            Counted& entry = found[key];
            entry.colour = {std::uint8_t(key >> 16), std::uint8_t(key >> 8), std::uint8_t(key)};
            ++entry.count;
            for (std::size_t c = 0; c < 3; ++c)
                entry.sum[c] += pixel[c];
        }
        if (found.size() > most_distinct) continue;
        std::vector<Counted> colours;
        for (const auto& [key, entry] : found)
            colours.push_back(entry);
        return colours;
    }
}

std::array<int, 3> extent(const Box& box) {
    std::array<int, 3> sides{};
    for (std::size_t c = 0; c < 3; ++c) {
        const auto [low, high] =
            std::minmax_element(box.colours.begin(), box.colours.end(),
                                [c](const Counted& a, const Counted& b) { return a.colour[c] < b.colour[c]; });
        sides[c] = high->colour[c] - low->colour[c];
    }
    return sides;
}

// The boxes in the order in which they are to be split: those with most pixels first. Among equals the order is that of
// Pillow's heap, on which the palette depends.
class Fullest {
public:
    explicit Fullest(const std::vector<Box>& boxes) : boxes_(boxes) {}

    bool empty() const { return heap_.empty(); }

    void add(int box) {
        std::size_t at = heap_.size();
        heap_.push_back(box);
        for (; at > 0 && pixels(box) > pixels(heap_[(at - 1) / 2]); at = (at - 1) / 2)
            heap_[at] = heap_[(at - 1) / 2];
        heap_[at] = box;
    }

    int take() {
        const int top = heap_.front(), moved = heap_.back();
        heap_.pop_back();
        if (heap_.empty()) return top;
        std::size_t at = 0;
        for (std::size_t child = 1; child < heap_.size(); child = 2 * at + 1) {
            if (child + 1 < heap_.size() && pixels(heap_[child]) < pixels(heap_[child + 1])) ++child;
            if (pixels(moved) > pixels(heap_[child])) break;
            heap_[at] = heap_[child];
            at = child;
        }
        heap_[at] = moved;
        return top;
    }

private:
    std::int64_t pixels(int box) const { return boxes_[static_cast<std::size_t>(box)].pixels; }

    const std::vector<Box>& boxes_;
    std::vector<int> heap_;
};

// The bright half of a box, which holds the median, and the dark half; colours of one value stay together.
std::pair<Box, Box> halves(const Box& box, const std::array<int, 3>& sides) {
    constexpr std::array<int, 3> luminance{77, 150, 29};
    std::size_t axis = 0;
    for (std::size_t c = 1; c < 3; ++c)
        if (sides[c] * luminance[c] > sides[axis] * luminance[axis]) axis = c;

    std::map<int, std::int64_t, std::greater<>> by_value;
    for (const Counted& entry : box.colours)
        by_value[entry.colour[axis]] += entry.count;
    int last_bright = by_value.begin()->first;
    std::int64_t passed = 0;
    for (const auto& [value, count] : by_value) {
        passed += count;
        last_bright = value;
        if (2 * passed > box.pixels) break;
    }
    const int darkest = by_value.rbegin()->first;
    if (last_bright == darkest) last_bright = darkest + 1;

    std::pair<Box, Box> split;
    for (const Counted& entry : box.colours) {
        Box& half = entry.colour[axis] >= last_bright ? split.first : split.second;
        half.colours.push_back(entry);
        half.pixels += entry.count;
    }
    return split;
}

void collect_averages(const std::vector<Box>& boxes, int index, std::vector<Colour>& palette) {
    const Box& box = boxes[static_cast<std::size_t>(index)];
    if (box.first >= 0) {
        collect_averages(boxes, box.first, palette);
        collect_averages(boxes, box.second, palette);
        return;
    }
    if (box.colours.empty()) return;
    Colour average{};
    for (std::size_t c = 0; c < 3; ++c) {
        std::int64_t sum = 0;
        for (const Counted& entry : box.colours)
            sum += entry.sum[c];
        average[c] = static_cast<std::uint8_t>(0.5 + double(sum) / double(box.pixels));
    }
    palette.push_back(average);
}

class PaletteSearch {
public:
    explicit PaletteSearch(const std::vector<Colour>& palette) : palette_(palette), nearest_(64 * 64 * 64, unknown) {
        for (std::size_t i = 0; i < palette.size(); ++i)
            exact_.try_emplace(key_of(palette[i].data(), 0), i);
    }

    const Colour& find(const Colour& colour) {
        const auto found = exact_.find(key_of(colour.data(), 0));
        if (found != exact_.end()) return palette_[found->second];
        std::uint16_t& index = nearest_[std::size_t(colour[0] >> 2) << 12 | std::size_t(colour[1] >> 2) << 6 |
                                        std::size_t(colour[2] >> 2)];
        if (index == unknown) index = search({colour[0] & ~3, colour[1] & ~3, colour[2] & ~3});
        return palette_[index];
    }

private:
    static constexpr std::uint16_t unknown = 256;

    std::uint16_t search(const std::array<int, 3>& colour) const {
        int least = std::numeric_limits<int>::max();
        std::uint16_t best = 0;
        for (std::size_t i = 0; i < palette_.size(); ++i) {
            int distance = 0;
            for (std::size_t c = 0; c < 3; ++c)
                distance += (colour[c] - palette_[i][c]) * (colour[c] - palette_[i][c]);
            if (distance >= least) continue;
            least = distance;
            best = static_cast<std::uint16_t>(i);
        }
        return best;
    }

    const std::vector<Colour>& palette_;
    std::unordered_map<std::uint32_t, std::size_t> exact_;
    std::vector<std::uint16_t> nearest_;
};

// Carries what a pixel missed to its neighbours: 7/16 to the right, 3, 5 and 1 sixteenths to the row below.
class ErrorDiffusion {
public:
    explicit ErrorDiffusion(std::int64_t width)
        : width_(static_cast<std::size_t>(width)), here_(width_), below_(width_) {}

    Colour wanted(const std::uint8_t* pixel, std::size_t x) const {
        Colour colour{};
        for (std::size_t c = 0; c < 3; ++c)
            colour[c] = static_cast<std::uint8_t>(std::clamp(pixel[c] + (right_[c] + here_[x][c]) / 16, 0, 255));
        return colour;
    }

    void missed(const Colour& wanted, const Colour& given, std::size_t x) {
        for (std::size_t c = 0; c < 3; ++c) {
            const int error = wanted[c] - given[c];
            right_[c] = 7 * error;
            if (x > 0) below_[x - 1][c] += 3 * error;
            below_[x][c] += 5 * error;
            if (x + 1 < width_) below_[x + 1][c] += error;
            last_[c] = error;
        }
    }

    // Pillow hands the blue errors to every channel of the last column.
    void end_row() {
        below_.back() = {below_.back()[2], last_[2], last_[2]};
        here_ = std::exchange(below_, std::vector<std::array<int, 3>>(width_));
        right_ = {};
    }

private:
    std::size_t width_;
    std::vector<std::array<int, 3>> here_, below_;
    std::array<int, 3> right_{}, last_{};
};

// Thresholds of ordered dithering: order x order values around 0, in +-1/2.
Tensor bayer_matrix(int order) {
    Tensor matrix = at::zeros({1, 1}, at::kFloat);
    for (int size = 2, quarter = 4; size <= order; size *= 2, quarter *= 4) {
        const Tensor scaled = matrix * quarter;
        matrix =
            at::cat({at::cat({scaled - 1.5, scaled + 0.5}, 1), at::cat({scaled + 1.5, scaled - 0.5}, 1)}, 0) / quarter;
    }
    return matrix;
}

Tensor with_thresholds(const Tensor& picture, std::size_t colours, int order) {
    const Tensor thresholds = bayer_matrix(order) * (2.0 * 256 / double(colours)) + 0.5;
    const std::int64_t height = picture.size(0), width = picture.size(1);
    const Tensor tiled = thresholds.repeat({(height + order - 1) / order, (width + order - 1) / order});
    const Tensor fitting = tiled.narrow(0, 0, height).narrow(1, 0, width).unsqueeze(-1);
    return (picture.to(at::kFloat) + fitting).clamp(0, 255).to(at::kByte);
}

Tensor reduced(const Tensor& picture, int colours, std::string_view dither) {
    const std::vector<Colour> palette = median_cut(picture, colours);
    if (dither == "none") return mapped_to_palette(picture, palette, Dither::none);
    if (dither == "floyd-steinberg") return mapped_to_palette(picture, palette, Dither::floyd_steinberg);
    const int order = std::stoi(std::string(dither.substr(dither.find('-') + 1)));
    return mapped_to_palette(with_thresholds(picture, palette.size(), order), palette, Dither::none);
}

}  // namespace

std::vector<Colour> median_cut(const Tensor& picture, int count) {
    const Tensor pixels = picture.contiguous();
    const std::int64_t total = pixels.size(0) * pixels.size(1);
    std::vector<Box> boxes;
    boxes.reserve(static_cast<std::size_t>(2 * count));
    boxes.push_back({.colours = distinct_colours(pixels.const_data_ptr<std::uint8_t>(), total), .pixels = total});

    Fullest waiting(boxes);
    waiting.add(0);
    for (int found = 1; found < count && !waiting.empty();) {
        const auto index = static_cast<std::size_t>(waiting.take());
        const std::array<int, 3> sides = extent(boxes[index]);
        if (sides == std::array<int, 3>{}) continue;
        auto [bright, dark] = halves(boxes[index], sides);
        boxes[index].first = static_cast<int>(boxes.size());
        boxes[index].second = boxes[index].first + 1;
        boxes.push_back(std::move(bright));
        boxes.push_back(std::move(dark));
        waiting.add(boxes[index].first);
        waiting.add(boxes[index].second);
        ++found;
    }
    std::vector<Colour> palette;
    collect_averages(boxes, 0, palette);
    return palette;
}

Tensor mapped_to_palette(const Tensor& picture, const std::vector<Colour>& palette, Dither dither) {
    const Tensor pixels = picture.contiguous(), mapped = at::empty_like(pixels);
    const auto* in = pixels.const_data_ptr<std::uint8_t>();
    auto* out = mapped.mutable_data_ptr<std::uint8_t>();
    const std::int64_t height = pixels.size(0), width = pixels.size(1);
    PaletteSearch search(palette);
    ErrorDiffusion diffusion(width);
    for (std::int64_t y = 0; y < height; ++y) {
        for (std::int64_t x = 0; x < width; ++x, in += 3, out += 3) {
            const auto column = static_cast<std::size_t>(x);
            const bool diffuses = dither == Dither::floyd_steinberg;
            const Colour wanted = diffuses ? diffusion.wanted(in, column) : Colour{in[0], in[1], in[2]};
            const Colour& given = search.find(wanted);
            if (diffuses) diffusion.missed(wanted, given, column);
            std::copy(given.begin(), given.end(), out);
        }
        if (dither == Dither::floyd_steinberg) diffusion.end_row();
    }
    return mapped;
}

Tensor quantized(const Tensor& pixels, int colours, std::string_view dither) {
    if (pixels.size(3) != 3) throw UserError("only pictures of 3 channels can be reduced to a palette");
    std::vector<Tensor> pictures;
    for (const Tensor& picture : pixels.unbind(0)) {
        const Tensor bytes = picture.mul(255.0).clamp(0, 255).to(at::kByte);
        pictures.push_back(reduced(bytes, colours, dither).to(at::kFloat).div(255.0));
    }
    return at::stack(pictures);
}

}  // namespace easel::inference
