#include "inference/image/alpha_bytes.hpp"

#include <algorithm>
#include <array>
#include <cmath>
#include <cstdint>

namespace easel::inference {

namespace {

// x' = a x + b y + c, y' = d x + e y + f.
struct Affine {
    double a, b, c, d, e, f;
    std::array<double, 2> operator()(double x, double y) const { return {a * x + b * y + c, d * x + e * y + f}; }
};

// The cubic of sharpness -1 through four values, at a fraction behind the second.
double cubic(const std::array<double, 4>& v, double at) {
    const double second = 2.0 * (v[0] - v[1]) + v[2] - v[3], third = v[1] - v[0] - v[2] + v[3];
    return v[1] + at * (v[2] - v[0] + at * (second + at * third));
}

// Pixels of a picture of four channels.
struct Pixels {
    const std::uint8_t* data;
    int64_t width, height;

    std::uint8_t at(int64_t x, int64_t y, int64_t channel) const {
        return data[(std::clamp<int64_t>(y, 0, height - 1) * width + std::clamp<int64_t>(x, 0, width - 1)) * 4 +
                    channel];
    }

    // The value at a point; pixels beyond the edges repeat those at them.
    std::uint8_t between(double x, double y, int64_t channel) const {
        const double left = std::floor(x - 0.5), top = std::floor(y - 0.5);
        std::array<double, 4> rows{}, row{};
        for (int64_t i = 0; i < 4; ++i) {
            for (int64_t k = 0; k < 4; ++k)
                row[static_cast<std::size_t>(k)] =
                    at(static_cast<int64_t>(left) + k - 1, static_cast<int64_t>(top) + i - 1, channel);
            rows[static_cast<std::size_t>(i)] = cubic(row, x - 0.5 - left);
        }
        return static_cast<std::uint8_t>(std::clamp(cubic(rows, y - 0.5 - top), 0.0, 255.0));
    }
};

double to_15_places(double value) { return std::nearbyint(value * 1e15) / 1e15; }

}  // namespace

Tensor premultiplied(const Tensor& bytes) {
    const Tensor alpha = bytes.narrow(-1, bytes.size(-1) - 1, 1);
    const Tensor product = bytes.narrow(-1, 0, bytes.size(-1) - 1).to(at::kInt) * alpha.to(at::kInt) + 128;
    const Tensor shifted = at::bitwise_right_shift(product, 8) + product;
    return at::cat({at::bitwise_right_shift(shifted, 8).to(at::kByte), alpha}, -1);
}

Tensor unpremultiplied(const Tensor& bytes) {
    const Tensor alpha = bytes.narrow(-1, bytes.size(-1) - 1, 1);
    const Tensor colours = bytes.narrow(-1, 0, bytes.size(-1) - 1);
    const Tensor divided = at::div(colours.to(at::kInt) * 255, alpha.to(at::kInt).clamp_min(1), "trunc").clamp_max(255);
    const Tensor as_is = at::logical_or(alpha == 255, alpha == 0);
    return at::cat({at::where(as_is, colours, divided.to(at::kByte)), alpha}, -1);
}

Tensor rotated(const Tensor& bytes, double degrees) {
    const double turn = degrees - 360.0 * std::floor(degrees / 360.0);
    if (std::fmod(turn, 90.0) == 0.0) return at::rot90(bytes, static_cast<int64_t>(turn / 90.0), {0, 1}).contiguous();

    const auto width = static_cast<double>(bytes.size(1)), height = static_cast<double>(bytes.size(0));
    const double angle = -turn * (M_PI / 180.0);
    const double cosine = to_15_places(std::cos(angle)), sine = to_15_places(std::sin(angle));
    Affine source{cosine, sine, 0, -sine, cosine, 0};
    const auto start_at = [&source](std::array<double, 2> point) { source.c = point[0], source.f = point[1]; };
    start_at(source(-width / 2, -height / 2));
    source.c += width / 2;
    source.f += height / 2;
    const std::array<std::array<double, 2>, 4> corners{source(0, 0), source(width, 0), source(width, height),
                                                       source(0, height)};
    const auto [left, right] = std::minmax({corners[0][0], corners[1][0], corners[2][0], corners[3][0]});
    const auto [top, bottom] = std::minmax({corners[0][1], corners[1][1], corners[2][1], corners[3][1]});
    const double new_width = std::ceil(right) - std::floor(left), new_height = std::ceil(bottom) - std::floor(top);
    start_at(source(-(new_width - width) / 2, -(new_height - height) / 2));

    const Tensor from = premultiplied(bytes).contiguous();
    const Tensor to = at::zeros({static_cast<int64_t>(new_height), static_cast<int64_t>(new_width), 4}, at::kByte);
    const Pixels pixels{from.const_data_ptr<std::uint8_t>(), from.size(1), from.size(0)};
    auto* target = to.mutable_data_ptr<std::uint8_t>();
    for (int64_t row = 0; row < to.size(0); ++row) {
        for (int64_t column = 0; column < to.size(1); ++column, target += 4) {
            const auto [x, y] = source(static_cast<double>(column) + 0.5, static_cast<double>(row) + 0.5);
            if (x < 0.0 || x >= width || y < 0.0 || y >= height) continue;
            for (int64_t channel = 0; channel < 4; ++channel)
                target[channel] = pixels.between(x, y, channel);
        }
    }
    return unpremultiplied(to);
}

}  // namespace easel::inference
