// Letters as pictures: Aileron Regular through FreeType, hinted, without kerning. This is the font that Pillow draws
// with where no other is named, laid out as Pillow's basic layout does. (PIL.ImageFont.load_default)
#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <vector>

namespace easel::inference {

// How much of each pixel a text covers, row by row, 0 to 255.
struct Coverage {
    int64_t width = 0, height = 0;
    std::vector<std::uint8_t> values;
};

// A text's coverage and where its corner lies from the point that the text was drawn at.
struct DrawnText {
    Coverage coverage;
    int64_t x = 0, y = 0;
};

// In pixels, right and bottom excluded.
struct TextBox {
    double left = 0, top = 0, right = 0, bottom = 0;
};

// Which point of a line lies at the point that it is drawn at; vertically it is the ascender's height.
enum class TextAnchor { left, middle, right };

// One font of one size. Lines are of code points; a character that the font lacks is an empty box.
class Font {
public:
    // `size` in pixels, above 0. Throws Error when FreeType cannot read the font.
    explicit Font(double size);
    ~Font();
    Font(Font&&) noexcept;
    Font& operator=(Font&&) noexcept;

    // How far the pen moves over a line, in pixels.
    double length(const std::u32string& line) const;

    // What a line covers when it is drawn at (0, 0) with a border of `stroke` pixels.
    TextBox box(const std::u32string& line, TextAnchor anchor, double stroke) const;

    // A line with its outlines widened by `stroke` pixels, drawn at a point whose fractions are (x, y).
    DrawnText draw(const std::u32string& line, TextAnchor anchor, double stroke, double x, double y) const;

private:
    struct Face;
    std::unique_ptr<Face> face_;
};

}  // namespace easel::inference
