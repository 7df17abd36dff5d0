#include "inference/image/box_preview.hpp"

#include "inference/image/drawing.hpp"
#include "inference/image/lanczos.hpp"
#include "inference/text/tokenizers/unicode.hpp"

#include <algorithm>
#include <charconv>
#include <cmath>

namespace easel::inference {

namespace {

constexpr int64_t longest_side = 1024;
constexpr Ink plain{140, 140, 140, 255};

// White for what is no "#rrggbb".
Ink ink_of(std::string_view color) {
    while (color.starts_with('#'))
        color.remove_prefix(1);
    Ink ink{255, 255, 255, 255};
    if (color.size() != 6) return ink;
    for (std::size_t i = 0; i < 3; ++i) {
        const char *start = color.data() + 2 * i, *end = start + 2;
        const auto [stop, error] = std::from_chars(start, end, ink[i], 16);
        if (error != std::errc() || stop != end) return {255, 255, 255, 255};
    }
    return ink;
}

double brightness(const Ink& ink) { return 0.299 * ink[0] + 0.587 * ink[1] + 0.114 * ink[2]; }

// Lightened until it can be read on a dark ground.
Ink readable(const Ink& ink) {
    constexpr double wanted = 130;
    const double light = brightness(ink);
    if (light >= wanted) return ink;
    const double share = (wanted - light) / (255 - light);
    Ink lighter = ink;
    for (std::size_t i = 0; i < 3; ++i)
        lighter[i] = static_cast<std::uint8_t>(std::nearbyint(ink[i] + (255 - ink[i]) * share));
    return lighter;
}

// Parts `text` at white space into lines of at most `width` pixels; longer words stand alone.
std::vector<std::u32string> wrapped(const std::u32string& text, const Font& font, double width) {
    std::vector<std::u32string> lines;
    std::u32string line, word;
    const auto end_word = [&] {
        if (word.empty()) return;
        const std::u32string longer = line.empty() ? word : line + U' ' + word;
        if (!line.empty() && font.length(longer) > width) {
            lines.push_back(line);
            line = word;
        } else {
            line = longer;
        }
        word.clear();
    };
    for (char32_t character : text) {
        if (is_python_space(character))
            end_word();
        else
            word.push_back(character);
        if (character == U'\n') lines.push_back(std::exchange(line, {}));
    }
    end_word();
    lines.push_back(line);
    return lines;
}

std::u32string number_tag(std::size_t number) {
    const std::string digits = std::to_string(number);
    return decode_utf8(digits.size() < 2 ? "0" + digits : digits);
}

struct Fonts {
    int64_t size;
    Font body{static_cast<double>(size)};
    Font tag{static_cast<double>(std::max<int64_t>(9, size - 2))};
};

// In pixels of the preview, first corner before second.
struct Frame {
    int64_t x1, y1, x2, y2;

    Frame(const BoxRegion& region, int64_t width, int64_t height)
        : x1(along(region.x, width)), y1(along(region.y, height)), x2(along(region.x + region.width, width)),
          y2(along(region.y + region.height, height)) {
        if (x2 < x1) std::swap(x1, x2);
        if (y2 < y1) std::swap(y1, y2);
    }

    static int64_t along(double fraction, int64_t length) {
        const double end = static_cast<double>(length);
        return static_cast<int64_t>(std::clamp(std::nearbyint(fraction * end), 0.0, end));
    }
};

void draw_swatches(Canvas& canvas, const Frame& frame, const std::vector<std::string>& palette, int64_t font_size) {
    const std::size_t count = std::min<std::size_t>(palette.size(), 5);
    if (count == 0 || frame.x2 - frame.x1 <= 2) return;
    const int64_t height = std::max<int64_t>(5, font_size / 2);
    const double step = static_cast<double>(frame.x2 - frame.x1) / static_cast<double>(count);
    for (std::size_t i = 0; i < count; ++i) {
        const double from = std::nearbyint(static_cast<double>(i) * step);
        const double to = std::nearbyint(static_cast<double>(i + 1) * step);
        canvas.fill_rectangle(static_cast<double>(frame.x1) + from, static_cast<double>(frame.y1),
                              static_cast<double>(frame.x1) + to, static_cast<double>(frame.y1 + height),
                              ink_of(palette[i]));
    }
}

void draw_region(Canvas& canvas, const BoxRegion& region, std::size_t number, const Fonts& fonts) {
    const Frame frame(region, canvas.width(), canvas.height());
    const auto x1 = static_cast<double>(frame.x1), y1 = static_cast<double>(frame.y1);
    const auto x2 = static_cast<double>(frame.x2), y2 = static_cast<double>(frame.y2);
    const auto size = static_cast<double>(fonts.size);
    const Ink ink = region.palette.empty() ? plain : ink_of(region.palette.front());
    canvas.outline_rectangle(x1, y1, x2, y2, ink, 2);
    draw_swatches(canvas, frame, region.palette, fonts.size);

    const std::u32string tag = number_tag(number);
    canvas.fill_rectangle(x1, y1, x1 + fonts.tag.length(tag) + 6, y1 + size + 2, ink);
    const Ink on_tag = brightness(ink) > 140 ? Ink{0, 0, 0, 255} : Ink{255, 255, 255, 255};
    canvas.text(x1 + 3, y1 + 1, tag, fonts.tag, {.ink = on_tag});

    if (region.caption.empty() || x2 - x1 <= 8) return;
    double y = y1 + size + 5;
    for (const std::u32string& line : wrapped(region.caption, fonts.body, x2 - x1 - 8)) {
        if (y > y2) break;
        canvas.text(x1 + 4, y, line, fonts.body, {.ink = readable(ink)});
        y += size + 2;
    }
}

int64_t scaled(int64_t side, double scale) {
    return std::max<int64_t>(1, static_cast<int64_t>(std::nearbyint(static_cast<double>(side) * scale)));
}

}  // namespace

Tensor box_preview(const std::vector<BoxRegion>& regions, int64_t width, int64_t height, const Tensor& background) {
    if (background.defined()) {
        width = background.size(1);
        height = background.size(0);
    }
    const auto longer = static_cast<double>(std::max<int64_t>(1, std::max(width, height)));
    const double scale = std::min(1.0, static_cast<double>(longest_side) / longer);
    const int64_t columns = scaled(width, scale), rows = scaled(height, scale);

    Tensor ground = at::full({rows, columns, 4}, 32, at::kByte);
    if (background.defined()) {
        const Tensor colours = background.narrow(-1, 0, 3).unsqueeze(0).contiguous();
        ground.narrow(-1, 0, 3).copy_(at::bitwise_right_shift(lanczos_of_bytes(colours, columns, rows)[0], 2));
    }
    const int64_t size = std::max<int64_t>(10, static_cast<int64_t>(std::nearbyint(static_cast<double>(rows) / 64.0)));
    const Fonts fonts{.size = size};
    Canvas overlay(columns, rows, {0, 0, 0, 0});
    for (std::size_t i = 0; i < regions.size(); ++i)
        draw_region(overlay, regions[i], i + 1, fonts);
    return laid_over(overlay.pixels(), ground);
}

}  // namespace easel::inference
