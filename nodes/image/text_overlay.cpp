#include "inference/image/drawing.hpp"
#include "inference/text/tokenizers/unicode.hpp"
#include "nodes/choices.hpp"
#include "nodes/color_texts.hpp"
#include "nodes/text/unicode_text.hpp"
#include "nodes/types.hpp"

#include <algorithm>
#include <cmath>
#include <utility>

namespace easel::nodes {
namespace {

using inference::Font;
using inference::TextAlign;
using inference::TextAnchor;

// A text in the largest font that fits, and how it is laid out.
struct Fitted {
    Font font;
    std::u32string block;
    inference::TextStyle style;
    inference::TextBox box;  // drawn at (0, 0) from the left
};

struct TextOverlay {
    Image images;
    std::string text;
    double font_size = 5.0;
    std::string color = "#ffffff";
    std::string position = "top";
    std::string align = "left";
    bool outline = true;

    static void declare(Schema& s) {
        s.shape = RecordShape::modern;
        s.python_module = "comfy_extras.nodes_text_overlay";
        s.category = "text";
        s.display_name = "Draw Text Overlay";
        s.description = "Draw text overlay on an image or batch of images.";
        s.search_aliases = {"text", "label", "caption", "subtitle", "watermark", "title", "addlabel", "overlay"};
        s.in("images", &TextOverlay::images);
        s.in("text", &TextOverlay::text).multiline();
        s.in("font_size", &TextOverlay::font_size)
            .range(0.5, 50.0)
            .step(0.5)
            .tooltip("Font size as a percentage of the image height.");
        s.in("color", &TextOverlay::color).type("COLOR").option("socketless", true).tooltip("Color of the text.");
        s.in("position", &TextOverlay::position).choices(one_of({"top", "bottom"})).default_value("top");
        s.in("align", &TextOverlay::align).choices(one_of({"left", "center", "right"})).default_value("left");
        s.in("outline", &TextOverlay::outline).tooltip("Draw a black outline around the text.");
        s.out("images");
    }

    Image execute() const {
        if (trimmed(text, true, true).empty()) return images;
        const std::int64_t height = images.pixels.size(1), width = images.pixels.size(2);
        const Tensor layer = text_layer(width, height).to(at::kFloat) / 255.0;
        const Tensor alpha = layer.narrow(-1, 3, 1);
        return {images.pixels * (1.0 - alpha) + layer.narrow(-1, 0, 3) * alpha};
    }

    // uint8 [height, width, 4], transparent around the letters.
    Tensor text_layer(std::int64_t width, std::int64_t height) const {
        const double margin = std::nearbyint(0.01 * static_cast<double>(std::min(width, height)));
        const auto w = static_cast<double>(width), h = static_cast<double>(height);
        Fitted fitted = fit(std::max(1.0, w - 2 * margin), std::max(1.0, h - 2 * margin), h);
        const double x = align == "left" ? margin : align == "center" ? w / 2 : w - margin;
        const double y = position == "bottom" ? h - margin - fitted.box.bottom : margin - fitted.box.top;
        if (align != "left") {
            fitted.style.anchor = align == "center" ? TextAnchor::middle : TextAnchor::right;
            fitted.style.align = align == "center" ? TextAlign::center : TextAlign::right;
        }
        inference::Canvas canvas(width, height, {0, 0, 0, 0});
        canvas.text(x, y, fitted.block, fitted.font, fitted.style);
        return canvas.pixels();
    }

    // The font gets smaller until the lines fit into the height, down to a size that can still be read.
    Fitted fit(double width, double max_height, double height) const {
        const auto whole = [](double value) { return static_cast<std::int64_t>(std::nearbyint(value)); };
        const std::u32string wanted = code_points(replace_all(replace_all(text, "\\n", "\n"), "\\t", "\t"));
        const auto ink = parse_color_text(color);
        std::int64_t size = std::max<std::int64_t>(1, whole(font_size / 100.0 * height));
        const std::int64_t least = std::min(size, std::max<std::int64_t>(10, whole(2.0 / 100.0 * height)));
        while (true) {
            const auto pixels = static_cast<double>(size);
            Fitted fitted{.font = Font(pixels), .block = {}, .style = {.ink = ink}, .box = {}};
            fitted.style.stroke = outline ? static_cast<double>(std::max<std::int64_t>(1, whole(pixels * 0.04))) : 0.0;
            fitted.block = wrapped(wanted, fitted.font, width);
            fitted.style.spacing = 0;
            const auto line = text_box(U"Ay", fitted.font, fitted.style);
            const auto lines = text_box(U"Ay\nAy", fitted.font, fitted.style);
            const double advance = (lines.bottom - lines.top) - (line.bottom - line.top);
            fitted.style.spacing = std::nearbyint(pixels * 1.2 - advance);
            fitted.box = text_box(fitted.block, fitted.font, fitted.style);
            if (fitted.box.bottom - fitted.box.top <= max_height || size <= least) return fitted;
            size = std::max(least, static_cast<std::int64_t>(pixels * 0.9));
        }
    }

    // Lines of at most `width` pixels, parted at white space; words that are too long are cut.
    static std::u32string wrapped(const std::u32string& text, const Font& font, double width) {
        std::u32string block, line, word;
        const auto add_line = [&](const std::u32string& finished) { block += finished + U'\n'; };
        const auto end_word = [&] {
            while (font.length(word) > width && word.size() > 1) {
                std::size_t cut = 1;
                while (cut < word.size() && font.length(word.substr(0, cut + 1)) <= width)
                    ++cut;
                if (!line.empty()) add_line(std::exchange(line, {}));
                add_line(word.substr(0, cut));
                word.erase(0, cut);
            }
            if (word.empty()) return;
            const std::u32string longer = line.empty() ? word : line + U' ' + word;
            if (!line.empty() && font.length(longer) > width)
                add_line(std::exchange(line, word));
            else
                line = longer;
            word.clear();
        };
        bool is_blank = true;
        for (char32_t character : text + U'\n') {
            if (!inference::is_python_space(character)) {
                word.push_back(character);
                is_blank = false;
                continue;
            }
            end_word();
            if (character != U'\n') continue;
            if (!line.empty() || is_blank) add_line(std::exchange(line, {}));
            is_blank = true;
        }
        block.pop_back();
        return block;
    }
};

}  // namespace

void register_text_overlay(Registry& registry) { registry.add<TextOverlay>("TextOverlay"); }

}  // namespace easel::nodes
