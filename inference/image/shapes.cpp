#include "inference/image/shapes.hpp"

#include "base/error.hpp"

#include <algorithm>
#include <cmath>
#include <cstdlib>
#include <span>

namespace easel::inference {
namespace {

// Halves go away from zero, or towards it.
template <class Number>
int rounded_out(Number value) {
    const Number size = std::floor(std::abs(value) + Number(0.5));
    return static_cast<int>(value >= 0 ? size : -size);
}
template <class Number>
int rounded_in(Number value) {
    const Number size = std::ceil(std::abs(value) - Number(0.5));
    return static_cast<int>(value >= 0 ? size : -size);
}

// A side of a polygon.
struct Side {
    int x, y;  // where it begins
    int left, right, top, bottom;
    float slope = 0.0f;  // pixels to the right for each row; 0 for level sides

    Side(int x0, int y0, int x1, int y1)
        : x(x0), y(y0), left(std::min(x0, x1)), right(std::max(x0, x1)), top(std::min(y0, y1)),
          bottom(std::max(y0, y1)) {
        if (y0 != y1) slope = static_cast<float>(x1 - x0) / static_cast<float>(y1 - y0);
    }
    bool is_level() const { return top == bottom; }
    bool ends_at(int row) const { return row == top || row == bottom; }
    bool crosses(int row) const { return row >= top && row <= bottom; }
    float at(int row) const { return static_cast<float>(row - y) * slope + static_cast<float>(x); }
};

// Where two slanted sides meet in a point that both leave to the same side, the point is widened to be next to what the
// neighbouring row shows of them, so that slim corners have no gaps.
float joined_corner(float place, const Side& side, std::span<const Side> earlier, int row) {
    const int neighbour = row == side.bottom ? row - 1 : row + 1;
    for (const Side& other : earlier) {
        if (!other.ends_at(row) || other.slope == 0.0f) continue;
        if (std::round(place) != std::round(other.at(row)) || !other.crosses(neighbour)) continue;
        const float one = side.at(neighbour), two = other.at(neighbour);
        if (place > one + 1 && place > two + 1) return std::round(std::max(one, two)) + 1;
        if (place < one - 1 && place < two - 1) return std::round(std::min(one, two)) - 1;
        return place;
    }
    return place;
}

}  // namespace

// Far outside the picture is far enough.
ShapePainter::Corner ShapePainter::cut(const PlanePoint& point) {
    constexpr double far = 1e7;
    return {static_cast<int>(std::clamp(point.x, -far, far)), static_cast<int>(std::clamp(point.y, -far, far))};
}

ShapePainter::ShapePainter(Tensor pixels, std::vector<std::uint8_t> ink)
    : pixels_(std::move(pixels)), ink_(std::move(ink)) {
    EASEL_ASSERT(pixels_.dim() == 3 && pixels_.is_contiguous() && pixels_.scalar_type() == at::kByte);
    EASEL_ASSERT(pixels_.size(2) == std::ssize(ink_));
}

void ShapePainter::row(int y, int first, int last) {
    if (y < 0 || y >= pixels_.size(0)) return;
    const int64_t begin = std::max(first, 0), end = std::min<int64_t>(last, pixels_.size(1) - 1);
    std::uint8_t* at = pixels_.mutable_data_ptr<std::uint8_t>() + (y * pixels_.size(1) + begin) * pixels_.size(2);
    for (int64_t x = begin; x <= end; ++x)
        at = std::copy(ink_.begin(), ink_.end(), at);
}

void ShapePainter::point(const PlanePoint& at) {
    const Corner corner = cut(at);
    row(corner.y, corner.x, corner.x);
}

// Bresenham's, without its last pixel.
void ShapePainter::thin_line(const Corner& from, const Corner& to) {
    const int wide = std::abs(to.x - from.x), high = std::abs(to.y - from.y);
    const int right = to.x < from.x ? -1 : 1, down = to.y < from.y ? -1 : 1;
    const bool is_flat = wide > high;
    const int steps = std::max(wide, high), rise = 2 * std::min(wide, high);
    Corner at = from;
    for (int i = 0, error = rise - steps; i < steps; ++i, error += rise) {
        row(at.y, at.x, at.x);
        const bool turns = error >= 0;
        if (turns) error -= 2 * steps;
        if (is_flat || turns) at.x += right;
        if (!is_flat || turns) at.y += down;
    }
}

void ShapePainter::line(const PlanePoint& from, const PlanePoint& to, int64_t width) {
    const Corner a = cut(from), b = cut(to);
    if (width <= 1 || (a.x == b.x && a.y == b.y)) {
        thin_line(a, b);
        row(b.y, b.x, b.x);
        return;
    }
    const double length = std::hypot(b.x - a.x, b.y - a.y), half = static_cast<double>(width - 1) / 2.0;
    const double more = rounded_out(half) / length, less = rounded_in(half) / length;
    const auto across = [](double share, int size) { return rounded_in(share * size); };
    const int left = across(less, b.y - a.y), right = across(more, b.y - a.y);
    const int up = across(less, b.x - a.x), down = across(more, b.x - a.x);
    fill({{a.x - left, a.y + down}, {b.x - left, b.y + down}, {b.x + right, b.y - up}, {a.x + right, a.y - up}});
}

void ShapePainter::polygon(const std::vector<PlanePoint>& corners) {
    std::vector<Corner> cells;
    for (const PlanePoint& corner : corners)
        cells.push_back(cut(corner));
    fill(cells);
}

void ShapePainter::fill(const std::vector<Corner>& corners) {
    std::vector<Side> sides;
    const auto add = [&](const Corner& from, const Corner& to) {
        Side side(from.x, from.y, to.x, to.y);
        if (side.is_level())
            row(side.top, side.left, side.right);
        else
            sides.push_back(side);
    };
    for (std::size_t i = 0; i + 1 < corners.size(); ++i)
        add(corners[i], corners[i + 1]);
    if (corners.empty()) return;
    const Corner &first = corners.front(), &last = corners.back();
    if (first.x != last.x || first.y != last.y) add(last, first);
    if (sides.empty()) return;

    int top = sides.front().top, bottom = sides.front().bottom;
    for (const Corner& corner : corners) {
        top = std::min(top, corner.y);
        bottom = std::max(bottom, corner.y);
    }
    bottom = std::min(bottom, static_cast<int>(pixels_.size(0)));
    for (int y = std::max(top, 0); y <= bottom; ++y) {
        std::vector<float> places;
        for (std::size_t i = 0; i < sides.size(); ++i) {
            const Side& side = sides[i];
            if (!side.crosses(y)) continue;
            const float place = side.at(y);
            const bool ends_here = y == side.bottom && y < bottom;  // counts twice, so that pairs stay pairs
            const bool is_corner = !ends_here && side.ends_at(y) && side.slope != 0.0f;
            places.push_back(is_corner ? joined_corner(place, side, std::span(sides).first(i), y) : place);
            if (ends_here) places.push_back(place);
        }
        std::ranges::sort(places);
        for (std::size_t i = 1; i < places.size(); i += 2)
            row(y, rounded_out(places[i - 1]), rounded_in(places[i]));
    }
}

void ShapePainter::disc(const PlanePoint& top_left, const PlanePoint& bottom_right) {
    const Corner first = cut(top_left), last = cut(bottom_right);
    const int64_t a = last.x - first.x, b = last.y - first.y;
    if (a < 0 || b < 0 || (a == 0 && b == 0)) return;  // Pillow draws no disc of a single pixel
    // A quarter, from the rightmost point upwards, on a grid of half pixels around the middle.
    const auto deviation = [&](int64_t x, int64_t y) {
        return std::abs(a * a * y * y + b * b * x * x - a * a * b * b);
    };
    int64_t x = a, y = b % 2;
    const auto rows = [&] {
        const auto column = [&](int64_t place) { return static_cast<int>(first.x + (place + a) / 2); };
        for (const int64_t at : {y, -y})
            row(static_cast<int>(first.y + (at + b) / 2), column(-x), column(x));
    };
    rows();
    while (x != a % 2 || y != b) {
        const int64_t begun = y;
        int64_t next_x = x, next_y = y + 2;
        if (x > 1) {
            if (deviation(x - 2, y + 2) < deviation(next_x, next_y)) next_x = x - 2;
            if (deviation(x - 2, y) < deviation(next_x, next_y)) next_x = x - 2, next_y = y;
        }
        x = next_x;
        y = next_y;
        if (y > begun) rows();
    }
}

}  // namespace easel::inference
