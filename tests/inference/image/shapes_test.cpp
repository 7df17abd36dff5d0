// What Pillow draws with the same calls (PIL.ImageDraw 13.0).
#include "inference/image/shapes.hpp"

#include <gtest/gtest.h>

#include <functional>
#include <string>

namespace easel::inference {
namespace {

constexpr int64_t width = 20, height = 12;

// The picture row by row, "#" where it is drawn on.
std::string drawn(const std::function<void(ShapePainter& painter)>& draw) {
    const Tensor pixels = at::zeros({height, width, 1}, at::kByte);
    ShapePainter painter(pixels, {255});
    draw(painter);
    std::string text;
    for (int64_t y = 0; y < height; ++y, text += '\n')
        for (int64_t x = 0; x < width; ++x)
            text += pixels[y][x][0].item<int>() != 0 ? '#' : '.';
    return text;
}

TEST(ShapePainter, APolygonIsInsideAnOddNumberOfTimes) {
    const std::string picture = drawn([](ShapePainter& painter) {
        painter.polygon({{10, 0}, {16, 11}, {1, 4}, {19, 4.7}, {4, 11}});
    });
    EXPECT_EQ(picture, "..........#.........\n"
                       ".........###........\n"
                       ".........###........\n"
                       "........#####.......\n"
                       ".###################\n"
                       "...#####.....#####..\n"
                       ".....###.....###....\n"
                       "......##.....##.....\n"
                       "......#########.....\n"
                       ".....####...####....\n"
                       ".....##.......##....\n"
                       "....#...........#...\n");
}

TEST(ShapePainter, SlimCornersOfAPolygonHaveNoGaps) {
    const std::string picture = drawn([](ShapePainter& painter) {
        painter.polygon({{0, 1}, {19, 3}, {2, 5}, {18, 9}, {-4, 9}});
    });
    EXPECT_EQ(picture, "....................\n"
                       "#...................\n"
                       "##########..........\n"
                       "####################\n"
                       "###########.........\n"
                       "###.................\n"
                       "#######.............\n"
                       "###########.........\n"
                       "###############.....\n"
                       "###################.\n"
                       "....................\n"
                       "....................\n");
}

TEST(ShapePainter, ThinLinesHaveBothEnds) {
    const std::string picture = drawn([](ShapePainter& painter) {
        painter.line({0, 0}, {18, 7}, 1);
        painter.line({3.9, 11}, {6, 2}, 1);
        painter.line({19, 10}, {9, 10}, 1);
    });
    EXPECT_EQ(picture, "##..................\n"
                       "..##................\n"
                       "....###.............\n"
                       "......###...........\n"
                       ".....#...###........\n"
                       ".....#......###.....\n"
                       ".....#.........##...\n"
                       "....#............##.\n"
                       "....#...............\n"
                       "....#...............\n"
                       "...#.....###########\n"
                       "...#................\n");
}

TEST(ShapePainter, WideLinesAreSlantedBars) {
    const std::string picture = drawn([](ShapePainter& painter) {
        painter.line({1, 1}, {15, 5}, 4);
        painter.line({12, 11}, {17, 6}, 3);
    });
    EXPECT_EQ(picture, "..#.................\n"
                       "..####..............\n"
                       ".#########..........\n"
                       ".############.......\n"
                       ".....############...\n"
                       "........#########...\n"
                       "............######..\n"
                       "..............#####.\n"
                       ".............#####..\n"
                       "............#####...\n"
                       "...........#####....\n"
                       "............###.....\n");
}

TEST(ShapePainter, DiscsFillTheirBoxes) {
    const std::string picture = drawn([](ShapePainter& painter) {
        painter.disc({0.5, 1}, {5.5, 6});
        painter.disc({8, 2}, {10, 4});
        painter.disc({12, 0}, {19, 10});
        painter.disc({3, 9}, {3.5, 9.5});
    });
    EXPECT_EQ(picture, "...............##...\n"
                       "..##.........######.\n"
                       ".####....#...######.\n"
                       "######..###.########\n"
                       "######...#..########\n"
                       ".####.......########\n"
                       "..##........########\n"
                       "............########\n"
                       ".............######.\n"
                       ".............######.\n"
                       "...............##...\n"
                       "....................\n");
}

}  // namespace
}  // namespace easel::inference
