#include "inference/image/pose_picture.hpp"

#include <algorithm>
#include <array>
#include <cmath>
#include <cstdlib>
#include <limits>
#include <numbers>

namespace easel::inference {
namespace {

struct Color {
    uint8_t red, green, blue;
};
struct Pixel {
    int64_t x, y;

    bool operator==(const Pixel&) const = default;
};
struct Edge {
    std::size_t from, to;
};

constexpr std::array<Edge, 12> body_edges{
    {{1, 2}, {1, 5}, {2, 3}, {3, 4}, {5, 6}, {6, 7}, {1, 8}, {8, 9}, {9, 10}, {1, 11}, {11, 12}, {12, 13}}};
constexpr std::array<Edge, 5> head_edges{{{1, 0}, {0, 14}, {14, 16}, {0, 15}, {15, 17}}};
constexpr std::array<Color, 18> colors{{{255, 0, 0},
                                        {255, 85, 0},
                                        {255, 170, 0},
                                        {255, 255, 0},
                                        {170, 255, 0},
                                        {85, 255, 0},
                                        {0, 255, 0},
                                        {0, 255, 85},
                                        {0, 255, 170},
                                        {0, 255, 255},
                                        {0, 170, 255},
                                        {0, 85, 255},
                                        {0, 0, 255},
                                        {85, 0, 255},
                                        {170, 0, 255},
                                        {255, 0, 255},
                                        {255, 0, 170},
                                        {255, 0, 85}}};
constexpr std::size_t body_points = 18, feet_end = 24, face_end = 92, right_hand_end = 113, left_hand_end = 134;
constexpr std::size_t fingers = 5, joints = 4;  // of a hand, each finger from the wrist

bool is_of_head(std::size_t point) { return point == 0 || (point >= 14 && point < body_points); }

class Pen {
public:
    explicit Pen(const Tensor& canvas) : pixels_(canvas.accessor<uint8_t, 3>()) {}

    int64_t height() const { return pixels_.size(0); }
    int64_t width() const { return pixels_.size(1); }
    bool holds(Pixel p) const { return p.x >= 0 && p.x < width() && p.y >= 0 && p.y < height(); }

    void disc(Pixel centre, double radius, Color color) {
        const auto reach = static_cast<int64_t>(std::ceil(radius));
        for (int64_t y = centre.y - reach; y <= centre.y + reach; ++y)
            for (int64_t x = centre.x - reach; x <= centre.x + reach; ++x) {
                const auto dx = static_cast<double>(x - centre.x), dy = static_cast<double>(y - centre.y);
                if (holds({x, y}) && dx * dx + dy * dy <= radius * radius) put({x, y}, color);
            }
    }

    // Bresenham's, with a disc at each point.
    void line(Pixel from, Pixel to, double radius, Color color) {
        const int64_t dx = std::abs(to.x - from.x), dy = std::abs(to.y - from.y);
        const int64_t step_x = from.x < to.x ? 1 : -1, step_y = from.y < to.y ? 1 : -1;
        int64_t error = dx - dy;
        for (Pixel p = from;;) {
            disc(p, radius, color);
            if (p == to) return;
            const int64_t doubled = 2 * error;
            if (doubled > -dy) error -= dy, p.x += step_x;
            if (doubled < dx) error += dx, p.y += step_y;
        }
    }

    // What lies to the right of an odd number of edges.
    void polygon(const std::vector<Pixel>& corners, Color color) {
        if (corners.size() < 3) return;
        const auto [left, right] = std::ranges::minmax(corners, {}, &Pixel::x);
        const auto [top, bottom] = std::ranges::minmax(corners, {}, &Pixel::y);
        for (int64_t y = std::max<int64_t>(0, top.y); y < std::min(height(), bottom.y + 1); ++y) {
            std::vector<double> crossings;
            for (std::size_t i = 0; i < corners.size(); ++i) {
                Pixel upper = corners[i], lower = corners[(i + 1) % corners.size()];
                if (upper.y > lower.y) std::swap(upper, lower);
                if (y < upper.y || y >= lower.y) continue;
                crossings.push_back(static_cast<double>(upper.x) +
                                    static_cast<double>((y - upper.y) * (lower.x - upper.x)) /
                                        static_cast<double>(lower.y - upper.y));
            }
            for (int64_t x = std::max<int64_t>(0, left.x); x < std::min(width(), right.x + 1); ++x) {
                const auto passed = std::ranges::count_if(
                    crossings, [&](double crossing) { return static_cast<double>(x) >= crossing; });
                if (passed % 2 == 1) put({x, y}, color);
            }
        }
    }

private:
    void put(Pixel p, Color color) {
        auto pixel = pixels_[p.y][p.x];
        pixel[0] = color.red, pixel[1] = color.green, pixel[2] = color.blue;
    }

    at::TensorAccessor<uint8_t, 3> pixels_;
};

double radians(double degrees) { return degrees * (std::numbers::pi / 180.0); }

// A point for each degree.
std::vector<Pixel> ellipse(Pixel centre, double half_length, double half_width, int64_t degrees) {
    const double turn = radians(static_cast<double>((degrees % 360 + 360) % 360));
    const double cosine = std::cos(turn), sine = std::sin(turn);
    std::vector<Pixel> points;
    for (int i = 0; i <= 360; ++i) {
        const double angle = radians(i);
        const double along = (half_length + 0.5) * std::cos(angle), across = (half_width + 0.5) * std::sin(angle);
        const Pixel p{
            static_cast<int64_t>(std::nearbyint(static_cast<double>(centre.x) + along * cosine - across * sine)),
            static_cast<int64_t>(std::nearbyint(static_cast<double>(centre.y) + along * sine + across * cosine))};
        if (points.empty() || points.back() != p) points.push_back(p);
    }
    return points;
}

// All colours of the rainbow, fully bright.
Color rainbow(double hue) {
    const double place = hue * 6.0;
    const int part = static_cast<int>(place);
    const double rest = place - part;
    const auto byte = [](double value) { return static_cast<uint8_t>(value * 255); };
    const uint8_t falling = byte(1.0 - rest), rising = byte(1.0 - (1.0 - rest));
    const std::array<Color, 6> parts{{{255, rising, 0},
                                      {falling, 255, 0},
                                      {0, 255, rising},
                                      {0, falling, 255},
                                      {rising, 0, 255},
                                      {255, 0, falling}}};
    return parts[static_cast<std::size_t>(part % 6)];
}

Pixel pixel_of(const PosePoint& point) { return {static_cast<int64_t>(point.x), static_cast<int64_t>(point.y)}; }
// The first row and column are where points go that were not found.
bool is_found(Pixel p) { return p.x > 0 && p.y > 0; }

void draw_limb(Pen& pen, const PosePoint& from, const PosePoint& to, const PoseStyle& style, Color color) {
    if (from.score < style.threshold || to.score < style.threshold) return;
    const float dx = from.x - to.x, dy = from.y - to.y;
    const double length = std::sqrt(static_cast<double>(dy * dy + dx * dx));
    if (length < 1) return;
    const double angle = std::atan2(static_cast<double>(dy), static_cast<double>(dx)) * (180.0 / std::numbers::pi);
    const Pixel middle{static_cast<int64_t>((from.x + to.x) / 2), static_cast<int64_t>((from.y + to.y) / 2)};
    pen.polygon(ellipse(middle, std::trunc(length / 2), style.stick_width, static_cast<int64_t>(angle)), color);
}

void draw_hand(Pen& pen, const PosePoints& points, std::size_t wrist, const PoseStyle& style) {
    const auto is_sure = [&](std::size_t point) { return points[point].score >= style.threshold; };
    for (std::size_t edge = 0; edge < fingers * joints; ++edge) {
        const std::size_t to = wrist + 1 + edge, from = edge % joints == 0 ? wrist : to - 1;
        if (!is_sure(from) || !is_sure(to)) continue;
        const Pixel a = pixel_of(points[from]), b = pixel_of(points[to]);
        if (is_found(a) && is_found(b) && pen.holds(a) && pen.holds(b))
            pen.line(a, b, 1.5, rainbow(static_cast<double>(edge) / static_cast<double>(fingers * joints)));
    }
    for (std::size_t point = wrist; point <= wrist + fingers * joints; ++point) {
        const Pixel p = pixel_of(points[point]);
        if (is_sure(point) && is_found(p) && pen.holds(p)) pen.disc(p, 4, {0, 0, 255});
    }
}

}  // namespace

void draw_pose(const Tensor& canvas, const PosePoints& points, const PoseStyle& style) {
    Pen pen(canvas);
    if (style.body)
        for (std::size_t i = 0; i < body_edges.size(); ++i)
            draw_limb(pen, points[body_edges[i].from], points[body_edges[i].to], style, colors[i]);
    if (style.head)
        for (std::size_t i = 0; i < head_edges.size(); ++i)
            draw_limb(pen, points[head_edges[i].from], points[head_edges[i].to], style, colors[body_edges.size() + i]);
    const auto draw_point = [&](std::size_t i) {
        const Pixel p = pixel_of(points[i]);
        if (points[i].score >= style.threshold && pen.holds(p)) pen.disc(p, 4, colors[i % colors.size()]);
    };
    constexpr std::size_t neck = 1;
    for (std::size_t i = 0; i < body_points; ++i)
        if (is_of_head(i) ? style.head : style.body || (i == neck && style.head)) draw_point(i);
    for (std::size_t i = body_points; style.feet && i < feet_end; ++i)
        draw_point(i);
    if (style.hands) {
        draw_hand(pen, points, face_end, style);
        draw_hand(pen, points, right_hand_end, style);
    }
    for (std::size_t i = feet_end; style.face && i < face_end; ++i) {
        const Pixel p = pixel_of(points[i]);
        if (points[i].score >= style.threshold && is_found(p) && pen.holds(p))
            pen.disc(p, style.face_point_size, {255, 255, 255});
    }
    static_assert(right_hand_end + fingers * joints + 1 == left_hand_end);
}

}  // namespace easel::inference
