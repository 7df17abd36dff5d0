// Letters and rectangles have Pillow's pixels. The sums are of pictures that Pillow 13 drew with FreeType 2.14.
#include "inference/image/drawing.hpp"

#include <gtest/gtest.h>

namespace easel::inference {
namespace {

int64_t sum_of(const Coverage& coverage) {
    int64_t sum = 0;
    for (std::uint8_t value : coverage.values)
        sum += value;
    return sum;
}

int64_t weighted_sum_of(const Coverage& coverage) {
    int64_t sum = 0;
    for (std::size_t i = 0; i < coverage.values.size(); ++i)
        sum += static_cast<int64_t>(i) * coverage.values[i];
    return sum;
}

TEST(Drawing, LettersAreHintedAndKeepTheirDots) {
    const Font font(17);
    const std::u32string text = U"jig, Fjord";
    EXPECT_EQ(font.length(text), 68.0);
    const TextBox box = font.box(text, TextAnchor::middle, 0);
    EXPECT_EQ(box.left, -34);
    EXPECT_EQ(box.top, 5);
    EXPECT_EQ(box.right, 34);
    EXPECT_EQ(box.bottom, 20);
    const DrawnText drawn = font.draw(text, TextAnchor::middle, 0, 0.5, 0);
    EXPECT_EQ(drawn.coverage.width, 69);
    EXPECT_EQ(drawn.coverage.height, 15);
    EXPECT_EQ(sum_of(drawn.coverage), 61542);
    EXPECT_EQ(weighted_sum_of(drawn.coverage), 32117761);
}

TEST(Drawing, BordersWidenLetters) {
    const DrawnText drawn = Font(24).draw(U"Ajij", TextAnchor::middle, 1, 0.5, 0);
    EXPECT_EQ(drawn.x, -16);
    EXPECT_EQ(drawn.y, 6);
    EXPECT_EQ(drawn.coverage.width, 33);
    EXPECT_EQ(sum_of(drawn.coverage), 107792);
    EXPECT_EQ(weighted_sum_of(drawn.coverage), 40666259);
}

TEST(Drawing, ShapesAndLinesOfTextMeetOnATransparentCanvas) {
    Canvas canvas(40, 30, {0, 0, 0, 0});
    canvas.outline_rectangle(5, 4, 30.9, 20, {255, 0, 0, 255}, 3);
    canvas.fill_rectangle(-3, 25, 8, 40, {1, 2, 3, 255});
    canvas.outline_rectangle(33, 2, 37, 5, {0, 255, 0, 255}, 3);
    canvas.text(20.5, 2, U"ab\nj", Font(10),
                {.ink = {255, 255, 255, 128},
                 .anchor = TextAnchor::middle,
                 .align = TextAlign::center,
                 .spacing = 1,
                 .stroke = 1,
                 .stroke_ink = {0, 0, 255, 255}});
    const Tensor values = canvas.pixels().flatten().to(at::kLong);
    EXPECT_EQ(values.sum().item<int64_t>(), 203306);
    EXPECT_EQ((values * at::arange(values.size(0), at::kLong)).remainder(1009).sum().item<int64_t>(), 545257);
}

}  // namespace
}  // namespace easel::inference
