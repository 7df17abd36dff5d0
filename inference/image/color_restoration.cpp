#include "inference/image/color_restoration.hpp"

#include <algorithm>
#include <array>
#include <tuple>
#include <vector>

namespace easel::inference {
namespace {

constexpr int wavelet_levels = 5;
constexpr double delta = 6.0 / 29.0, kappa = 29.0 / 3.0 * (29.0 / 3.0) * (29.0 / 3.0);  // CIE 15
constexpr std::array<double, 3> d65_white = {0.95047, 1.0, 1.08883};

// Blurred with a 3 x 3 binomial kernel whose taps lie `radius` pixels apart.
Tensor spaced_blur(const Tensor& planes, int64_t radius) {
    const int64_t channels = planes.size(1);
    const int64_t reach = std::min(radius, std::max<int64_t>(1, std::min(planes.size(2), planes.size(3)) / 8));
    const Tensor taps = at::tensor({0.25, 0.5, 0.25}, planes.options());
    const Tensor kernel = (taps.unsqueeze(1) * taps.unsqueeze(0)).expand({channels, 1, 3, 3});
    const Tensor padded = at::replication_pad2d(planes, {reach, reach, reach, reach});
    return at::conv2d(padded, kernel, {}, {1, 1}, at::IntArrayRef({0, 0}), {reach, reach}, channels);
}

// What blurring at doubling distances leaves over.
Tensor coarse_part(Tensor planes) {
    for (int level = 0; level < wavelet_levels; ++level)
        planes = spaced_blur(planes, int64_t{1} << level);
    return planes;
}

Tensor with_coarse_colors(const Tensor& frames, const Tensor& reference) {
    return (frames - coarse_part(frames) + coarse_part(reference)).clamp(-1, 1);
}

Tensor times_matrix(const Tensor& planes, const std::array<double, 9>& matrix) {
    const Tensor weights = at::tensor(at::ArrayRef<double>(matrix), planes.options()).view({3, 3, 1, 1});
    return at::conv2d(planes, weights);
}

Tensor white_planes(const Tensor& planes) {
    return at::tensor(at::ArrayRef<double>(d65_white), planes.options()).view({1, 3, 1, 1});
}

// [frames, 3, h, w] of sRGB in 0..1 as L*a*b*, and back.
Tensor to_lab(const Tensor& rgb) {
    const Tensor light = at::where(rgb > 0.04045, ((rgb + 0.055) / 1.055).pow(2.4), rgb / 12.92);
    const Tensor xyz = times_matrix(light, {0.4124564, 0.3575761, 0.1804375, 0.2126729, 0.7151522, 0.0721750, 0.0193339,
                                            0.1191920, 0.9503041}) /
                       white_planes(rgb);
    const Tensor f = at::where(xyz > delta * delta * delta, xyz.pow(1.0 / 3.0), (xyz * kappa + 16.0) / 116.0);
    const auto part = [&](int64_t i) { return f.select(1, i); };
    return at::stack({part(1) * 116.0 - 16.0, (part(0) - part(1)) * 500.0, (part(1) - part(2)) * 200.0}, 1);
}

Tensor from_lab(const Tensor& lab) {
    const Tensor y = (lab.select(1, 0) + 16.0) / 116.0;
    const Tensor f = at::stack({lab.select(1, 1) / 500.0 + y, y, y - lab.select(1, 2) / 200.0}, 1);
    const Tensor xyz = at::where(f > delta, f.pow(3.0), (f * 116.0 - 16.0) / kappa) * white_planes(lab);
    const Tensor light = times_matrix(
        xyz, {3.2404542, -1.5371385, -0.4985314, -0.9692660, 1.8760108, 0.0415560, 0.0556434, -0.2040259, 1.0572252});
    return at::where(light > 0.0031308, light.clamp_min(0).pow(1.0 / 2.4) * 1.055 - 0.055, light * 12.92).clamp(0, 1);
}

// The values of `source` replaced by those of the same rank in `reference`.
Tensor with_distribution(const Tensor& source, const Tensor& reference) {
    const Tensor order = at::argsort(source.flatten());
    const Tensor ranked = std::get<0>(at::sort(reference.flatten()));
    return ranked.index_select(0, at::argsort(order)).view(source.sizes());
}

Tensor with_lab_distribution(const Tensor& frames, const Tensor& reference) {
    constexpr double own_lightness = 0.8;
    const Tensor own = to_lab(((with_coarse_colors(frames, reference) + 1.0) * 0.5).clamp(0, 1));
    const Tensor wanted = to_lab(((reference + 1.0) * 0.5).clamp(0, 1));
    const auto matched = [&](int64_t i) { return with_distribution(own.select(1, i), wanted.select(1, i)); };
    const Tensor lightness = own.select(1, 0) * own_lightness + matched(0) * (1.0 - own_lightness);
    return from_lab(at::stack({lightness, matched(1), matched(2)}, 1)) * 2.0 - 1.0;
}

Tensor with_mean_and_deviation(const Tensor& frames, const Tensor& reference) {
    constexpr double epsilon = 1e-5;
    const auto mean = [](const Tensor& planes) { return planes.mean({2, 3}, true); };
    const auto deviation = [](const Tensor& planes) { return (planes.var({2, 3}, false, true) + epsilon).sqrt(); };
    return ((frames - mean(frames)) / deviation(frames) * deviation(reference) + mean(reference)).clamp(-1, 1);
}

}  // namespace

Tensor restore_color(const Tensor& frames, const Tensor& reference, ColorRestoration method) {
    if (method == ColorRestoration::wavelet) return with_coarse_colors(frames, reference);
    if (method == ColorRestoration::adain) return with_mean_and_deviation(frames, reference);
    std::vector<Tensor> restored;  // distributions are those of single frames
    for (int64_t i = 0; i < frames.size(0); ++i)
        restored.push_back(with_lab_distribution(frames.slice(0, i, i + 1), reference.slice(0, i, i + 1)));
    return at::cat(restored);
}

}  // namespace easel::inference
