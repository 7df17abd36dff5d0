// Rectangles and texts on pictures of 8 bits a channel, with Pillow's pixels. (PIL.ImageDraw)
#pragma once

#include "inference/image/font.hpp"
#include "inference/tensor.hpp"

#include <array>
#include <cstdint>
#include <string>

namespace easel::inference {

using Ink = std::array<std::uint8_t, 4>;  // red, green, blue, alpha

enum class TextAlign { left, center, right };

struct TextStyle {
    Ink ink = {255, 255, 255, 255};
    TextAnchor anchor = TextAnchor::left;
    TextAlign align = TextAlign::left;  // of the lines among each other
    double spacing = 4;                 // pixels between lines
    double stroke = 0;                  // pixels of a border around the letters; 0: none
    Ink stroke_ink = {0, 0, 0, 255};
};

// What a text of several lines covers when it is drawn at (0, 0).
TextBox text_box(const std::u32string& text, const Font& font, const TextStyle& style);

// A picture to draw on. Rows and columns outside it are left out.
class Canvas {
public:
    // Takes uint8 [height, width, 3 or 4], which it copies.
    explicit Canvas(const Tensor& pixels);
    Canvas(int64_t width, int64_t height, const Ink& background);  // four channels

    // Corners included; alpha replaces what was there. Fractions of corners are cut off.
    // Throws UserError where the second corner is left of the first or above it.
    void fill_rectangle(double x0, double y0, double x1, double y1, const Ink& ink);
    void outline_rectangle(double x0, double y0, double x1, double y1, const Ink& ink, int64_t width);

    // Mixes the ink in where the coverage says so. Where the picture is transparent its colour becomes the ink's.
    void paint(const Coverage& coverage, int64_t x, int64_t y, const Ink& ink);

    // `text` at (x, y), its lines parted by line feeds.
    void text(double x, double y, const std::u32string& text, const Font& font, const TextStyle& style);

    const Tensor& pixels() const { return pixels_; }
    int64_t width() const { return pixels_.size(1); }
    int64_t height() const { return pixels_.size(0); }

private:
    void row(int64_t y, int64_t x0, int64_t x1, const Ink& ink);
    std::uint8_t* at(int64_t x, int64_t y);

    Tensor pixels_;
};

// `above` over `below` (both uint8 [height, width, 4], the lower one opaque), without alpha: uint8 [height, width, 3].
// (PIL.Image.alpha_composite)
Tensor laid_over(const Tensor& above, const Tensor& below);

}  // namespace easel::inference
