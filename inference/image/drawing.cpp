#include "inference/image/drawing.hpp"

#include "base/error.hpp"

#include <algorithm>
#include <cmath>
#include <vector>

namespace easel::inference {

namespace {

std::uint8_t mixed(unsigned share, unsigned below, unsigned above) {
    const unsigned sum = below * (255 - share) + above * share + 128;
    return static_cast<std::uint8_t>(((sum >> 8) + sum) >> 8);
}

struct TextLine {
    double x = 0, y = 0;
    std::u32string text;
};

// The lines of a text that is drawn at (x, y). The distance between them is that of a bordered "A" and the spacing.
std::vector<TextLine> lines_of(const std::u32string& text, double x, double y, const Font& font,
                               const TextStyle& style) {
    std::vector<TextLine> lines(1);
    for (char32_t character : text) {
        if (character == U'\n')
            lines.emplace_back();
        else
            lines.back().text.push_back(character);
    }
    const double advance =
        lines.size() < 2 ? 0.0 : font.box(U"A", TextAnchor::left, style.stroke).bottom + style.stroke + style.spacing;
    std::vector<double> lengths;
    for (const TextLine& line : lines)
        lengths.push_back(font.length(line.text));
    const double longest = *std::max_element(lengths.begin(), lengths.end());
    for (std::size_t i = 0; i < lines.size(); ++i) {
        const double rest = longest - lengths[i];
        const double aligned =
            style.align == TextAlign::left ? 0.0 : (style.align == TextAlign::center ? rest / 2.0 : rest);
        const double anchored =
            style.anchor == TextAnchor::left ? 0.0 : (style.anchor == TextAnchor::middle ? rest / 2.0 : rest);
        lines[i].x = x + aligned - anchored;
        lines[i].y = y + static_cast<double>(i) * advance;
    }
    return lines;
}

void require_order(double x0, double y0, double x1, double y1) {
    if (x1 < x0) throw UserError("x1 must be greater than or equal to x0");
    if (y1 < y0) throw UserError("y1 must be greater than or equal to y0");
}

}  // namespace

TextBox text_box(const std::u32string& text, const Font& font, const TextStyle& style) {
    const auto lines = lines_of(text, 0, 0, font, style);
    TextBox all{.left = INFINITY, .top = INFINITY, .right = -INFINITY, .bottom = -INFINITY};
    for (const TextLine& line : lines) {
        const TextBox box = font.box(line.text, style.anchor, style.stroke);
        all.left = std::min(all.left, box.left + line.x);
        all.top = std::min(all.top, box.top + line.y);
        all.right = std::max(all.right, box.right + line.x);
        all.bottom = std::max(all.bottom, box.bottom + line.y);
    }
    return all;
}

Canvas::Canvas(const Tensor& pixels) : pixels_(pixels.clone(at::MemoryFormat::Contiguous)) {}

Canvas::Canvas(int64_t width, int64_t height, const Ink& background)
    : pixels_(at::empty({height, width, 4}, at::kByte)) {
    for (int64_t y = 0; y < height; ++y)
        row(y, 0, width - 1, background);
}

std::uint8_t* Canvas::at(int64_t x, int64_t y) {
    return pixels_.mutable_data_ptr<std::uint8_t>() + (y * width() + x) * pixels_.size(2);
}

void Canvas::row(int64_t y, int64_t x0, int64_t x1, const Ink& ink) {
    if (y < 0 || y >= height() || x1 < 0) return;
    const int64_t channels = pixels_.size(2);
    for (int64_t x = std::max<int64_t>(x0, 0); x <= std::min(x1, width() - 1); ++x)
        std::copy_n(ink.begin(), channels, at(x, y));
}

void Canvas::fill_rectangle(double x0, double y0, double x1, double y1, const Ink& ink) {
    require_order(x0, y0, x1, y1);
    const auto bottom = std::min(static_cast<int64_t>(y1), height() - 1);
    for (auto y = std::max<int64_t>(static_cast<int64_t>(y0), 0); y <= bottom; ++y)
        row(y, static_cast<int64_t>(x0), static_cast<int64_t>(x1), ink);
}

void Canvas::outline_rectangle(double x0, double y0, double x1, double y1, const Ink& ink, int64_t width) {
    require_order(x0, y0, x1, y1);
    const auto left = static_cast<int64_t>(x0), top = static_cast<int64_t>(y0);
    const auto right = static_cast<int64_t>(x1), bottom = static_cast<int64_t>(y1);
    const auto [first, last] = std::minmax({top + width, bottom - width + 1});
    for (int64_t i = 0; i < width; ++i) {
        row(top + i, left, right, ink);
        row(bottom - i, left, right, ink);
        for (int64_t y = first; y <= last; ++y) {
            row(y, right - i, right - i, ink);
            row(y, left + i, left + i, ink);
        }
    }
}

void Canvas::paint(const Coverage& coverage, int64_t x, int64_t y, const Ink& ink) {
    const auto channels = static_cast<std::size_t>(pixels_.size(2));
    const int64_t from = std::max<int64_t>(0, -x), to = std::min(coverage.width, width() - x);
    for (int64_t row = std::max<int64_t>(0, -y); row < std::min(coverage.height, height() - y); ++row) {
        for (int64_t column = from; column < to; ++column) {
            const std::uint8_t share = coverage.values[static_cast<std::size_t>(row * coverage.width + column)];
            if (share == 0) continue;
            std::uint8_t* pixel = at(x + column, y + row);
            const unsigned of_colours = channels == 4 && pixel[3] == 0 ? 255u : share;
            for (std::size_t c = 0; c < channels; ++c)
                pixel[c] = mixed(c < 3 ? of_colours : share, pixel[c], ink[c]);
        }
    }
}

void Canvas::text(double x, double y, const std::u32string& text, const Font& font, const TextStyle& style) {
    for (const TextLine& line : lines_of(text, x, y, font, style)) {
        const double whole_x = std::trunc(line.x), whole_y = std::trunc(line.y);
        const auto draw = [&](double stroke, const Ink& ink) {
            const DrawnText drawn = font.draw(line.text, style.anchor, stroke, line.x - whole_x, line.y - whole_y);
            paint(drawn.coverage, static_cast<int64_t>(whole_x) + drawn.x, static_cast<int64_t>(whole_y) + drawn.y,
                  ink);
        };
        if (style.stroke > 0) draw(style.stroke, style.stroke_ink);
        if (style.stroke <= 0 || style.ink != style.stroke_ink) draw(0, style.ink);
    }
}

Tensor laid_over(const Tensor& above, const Tensor& below) {
    const Tensor colours = above.narrow(-1, 0, 3).to(at::kInt), alpha = above.narrow(-1, 3, 1).to(at::kInt);
    // Seven bits behind the point of a product with alpha.
    const Tensor sum =
        colours * (alpha * 128) + below.narrow(-1, 0, 3).to(at::kInt) * ((255 - alpha) * 128) + 128 * 128;
    const Tensor scaled = at::bitwise_right_shift(at::bitwise_right_shift(sum, 8) + sum, 15);
    return scaled.to(at::kByte);
}

}  // namespace easel::inference
