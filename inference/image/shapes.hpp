// Lines, polygons and discs on pictures of 8 bits a channel, with Pillow's pixels. (PIL.ImageDraw)
#pragma once

#include "inference/tensor.hpp"

#include <cstdint>
#include <vector>

namespace easel::inference {

struct PlanePoint {
    double x, y;  // pixels; fractions are cut off
};

// Draws in one ink. What lies outside the picture is left out.
class ShapePainter {
public:
    // Writes to `pixels`, dense uint8 [height, width, channels]; `ink` has a value for each channel.
    ShapePainter(Tensor pixels, std::vector<std::uint8_t> ink);

    void point(const PlanePoint& at);
    // Both ends included; `width` in pixels, from 1.
    void line(const PlanePoint& from, const PlanePoint& to, int64_t width);
    // Filled and closed; what is inside an even number of times stays as it was, but for outlines.
    void polygon(const std::vector<PlanePoint>& corners);
    // The filled ellipse in a box, whose borders belong to it.
    void disc(const PlanePoint& top_left, const PlanePoint& bottom_right);

private:
    struct Corner {
        int x, y;
    };
    static Corner cut(const PlanePoint& point);
    void thin_line(const Corner& from, const Corner& to);
    void fill(const std::vector<Corner>& corners);
    void row(int y, int first, int last);

    Tensor pixels_;
    std::vector<std::uint8_t> ink_;
};

}  // namespace easel::inference
