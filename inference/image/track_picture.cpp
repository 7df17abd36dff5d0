#include "inference/image/track_picture.hpp"

#include <algorithm>
#include <array>
#include <cmath>
#include <cstdlib>
#include <vector>

namespace easel::inference {
namespace {

struct Spot {
    int64_t x, y;
};
using Paint = std::array<uint8_t, 4>;  // red, green, blue, alpha

constexpr std::array<std::array<uint8_t, 3>, 5> track_colors{
    {{102, 153, 255}, {0, 255, 255}, {255, 255, 0}, {255, 102, 204}, {0, 255, 0}}};

// Half the widths of the rows of a disc from its middle row up, in pixels: where a path of steps to a neighbour stays
// closest to the circle. (Pillow's ellipses)
std::vector<int64_t> disc_rows(int64_t radius) {
    const auto off = [&](int64_t x, int64_t y) { return std::abs(x * x + y * y - radius * radius); };
    std::vector<int64_t> rows{radius};
    for (int64_t x = radius, y = 0; y < radius;) {
        const int64_t up = off(x, y + 1);
        const int64_t slanted = x > 0 ? off(x - 1, y + 1) : up;
        const int64_t level = x > 0 ? off(x - 1, y) : up;
        if (level < std::min(up, slanted)) {
            --x;
            continue;
        }
        if (slanted < up) --x;
        ++y;
        rows.push_back(x);
    }
    return rows;
}

// A transparent sheet to draw on; what is drawn later replaces what was there.
class Sheet {
public:
    Sheet(int64_t height, int64_t width)
        : pixels_(at::zeros({height, width, 4}, at::kByte)), bytes_(pixels_.accessor<uint8_t, 3>()) {}

    void disc(Spot centre, const std::vector<int64_t>& rows, const Paint& paint) {
        for (int64_t y = 0; y < int64_t(rows.size()); ++y)
            for (int64_t x = -rows[std::size_t(y)]; x <= rows[std::size_t(y)]; ++x) {
                dot({centre.x + x, centre.y + y}, paint);
                dot({centre.x + x, centre.y - y}, paint);
            }
    }

    // Two columns of `height` pixels, which begin in the middle.
    void bar(Spot at, int64_t height, const Paint& paint) {
        const int64_t top = at.y - (height - 1) / 2;
        for (int64_t y = top; y < top + height; ++y) {
            dot({at.x, y}, paint);
            dot({at.x + 1, y}, paint);
        }
    }

    // `below` [h, w, 3] float64 under this sheet.
    Tensor over(const Tensor& below) const {
        const Tensor share = pixels_.slice(2, 3).to(at::kDouble) / 255.0;
        return pixels_.slice(2, 0, 3).to(at::kDouble) * share + below * (1.0 - share);
    }

private:
    void dot(Spot at, const Paint& paint) {
        if (at.x < 0 || at.y < 0 || at.x >= bytes_.size(1) || at.y >= bytes_.size(0)) return;
        std::copy(paint.begin(), paint.end(), bytes_[at.y][at.x].data());
    }

    Tensor pixels_;
    at::TensorAccessor<uint8_t, 3> bytes_;
};

// A line along `spots`, of which the first is full and the last vanishes.
void draw_trail(Sheet& sheet, const std::vector<Spot>& spots, Paint paint, const TrackStyle& style) {
    const auto length = [&](std::size_t i) {
        return std::sqrt(std::pow(double(spots[i + 1].x - spots[i].x), 2) +
                         std::pow(double(spots[i + 1].y - spots[i].y), 2));
    };
    double whole = 0.0;
    for (std::size_t i = 0; i + 1 < spots.size(); ++i)
        whole += length(i);
    if (whole == 0.0) return;
    double passed = 0.0;
    for (std::size_t i = 0; i + 1 < spots.size(); ++i) {
        const auto steps = std::max<int64_t>(int64_t(length(i)), 1);
        for (int64_t step = 0; step < steps; ++step) {
            const double done = (passed + double(step) / double(steps) * length(i)) / whole;
            const auto between = [&](int64_t from, int64_t to) {
                return int64_t(double(from) + double((to - from) * step) / double(steps));
            };
            paint[3] = static_cast<uint8_t>(255 * (1 - done) * style.opacity);
            sheet.bar({between(spots[i].x, spots[i + 1].x), between(spots[i].y, spots[i + 1].y)},
                      std::max<int64_t>(int64_t(double(style.line_width) * (1 - done)), 1), paint);
        }
        passed += length(i);
    }
}

}  // namespace

Tensor with_tracks(const Tensor& frames, const Tensor& path, const Tensor& visible, const TrackStyle& style) {
    const int64_t points = path.size(1);
    const Tensor places = path.to(at::kCPU).trunc().to(at::kLong).contiguous();
    const Tensor seen = visible.to(at::kCPU, at::kBool).expand({-1, points}).contiguous();
    const auto place = places.accessor<int64_t, 3>();
    const auto is_seen = seen.accessor<bool, 2>();
    const auto spot = [&](int64_t frame, int64_t point) {
        return Spot{place[frame][point][0], place[frame][point][1]};
    };
    const std::vector<int64_t> rows = disc_rows(style.radius);
    const Tensor bytes = (frames * 255.0).to(at::kByte).to(at::kDouble);
    std::vector<Tensor> drawn;
    for (int64_t frame = 0; frame < frames.size(0); ++frame) {
        Sheet discs(frames.size(1), frames.size(2)), trails(frames.size(1), frames.size(2));
        for (int64_t point = 0; point < points; ++point) {
            if (!is_seen[frame][point]) continue;
            const auto& color = track_colors[std::size_t(point) % track_colors.size()];
            Paint paint{color[0], color[1], color[2], static_cast<uint8_t>(255 * style.opacity)};
            discs.disc(spot(frame, point), rows, paint);
            std::vector<Spot> spots;
            for (int64_t moment = frame; moment >= std::max<int64_t>(frame - style.moments, 0); --moment)
                spots.push_back(spot(moment, point));
            draw_trail(trails, spots, paint, style);
        }
        drawn.push_back(trails.over(discs.over(bytes[frame])).to(at::kByte));
    }
    return at::stack(drawn).to(at::kFloat) / 255.0;
}

}  // namespace easel::inference
