#include "inference/image/color_spaces.hpp"

#include <array>

namespace easel::inference {
namespace {

using Matrix = std::array<std::array<double, 3>, 3>;

constexpr Matrix rgb_to_xyz = {
    {{0.412453, 0.357580, 0.180423}, {0.212671, 0.715160, 0.072169}, {0.019334, 0.119193, 0.950227}}};
constexpr Matrix xyz_to_rgb = {{{3.2404813432005266, -1.5371515162713185, -0.4985363261688878},
                                {-0.9692549499965682, 1.8759900014898907, 0.0415559265582928},
                                {0.0556466391351772, -0.2040413383665112, 1.0573110696453443}}};
constexpr std::array<double, 3> white = {0.95047, 1.0, 1.08883};  // D65

Tensor channel(const Tensor& planes, int64_t index) { return planes.select(-3, index); }

Tensor mixed(const Matrix& matrix, const Tensor& planes) {
    std::array<Tensor, 3> rows;
    for (std::size_t i = 0; i < 3; ++i)
        rows[i] =
            channel(planes, 0) * matrix[i][0] + channel(planes, 1) * matrix[i][1] + channel(planes, 2) * matrix[i][2];
    return at::stack(rows, -3);
}

Tensor scaled_by_white(const Tensor& planes, bool divides) {
    const Tensor factors = at::tensor(at::ArrayRef<double>(white), planes.options()).view({3, 1, 1});
    return divides ? planes / factors : planes * factors;
}

}  // namespace

Tensor rgb_to_ycbcr(const Tensor& rgb) {
    const Tensor r = channel(rgb, 0), g = channel(rgb, 1), b = channel(rgb, 2);
    const Tensor y = 0.299 * r + 0.587 * g + 0.114 * b;
    return at::stack({y, (b - y) * 0.564 + 0.5, (r - y) * 0.713 + 0.5}, -3);
}

Tensor ycbcr_to_rgb(const Tensor& ycbcr) {
    const Tensor y = channel(ycbcr, 0), cb = channel(ycbcr, 1) - 0.5, cr = channel(ycbcr, 2) - 0.5;
    const Tensor r = y + 1.4025245442 * cr;
    const Tensor g = y - 0.7144034731 * cr - 0.3443401356 * cb;
    const Tensor b = y + 1.7730496454 * cb;
    return at::stack({r, g, b}, -3).clamp_(0, 1);
}

Tensor rgb_to_lab(const Tensor& rgb) {
    constexpr double threshold = 0.008856;
    const Tensor xyz = scaled_by_white(mixed(rgb_to_xyz, srgb_to_linear(rgb)), true);
    const Tensor f = at::where(xyz > threshold, xyz.clamp_min(threshold).pow(1.0 / 3.0), 7.787 * xyz + 4.0 / 29.0);
    const Tensor x = channel(f, 0), y = channel(f, 1), z = channel(f, 2);
    return at::stack({116.0 * y - 16.0, 500.0 * (x - y), 200.0 * (y - z)}, -3);
}

Tensor lab_to_rgb(const Tensor& lab) {
    const Tensor y = (channel(lab, 0) + 16.0) / 116.0;
    const Tensor x = channel(lab, 1) / 500.0 + y;
    const Tensor z = (y - channel(lab, 2) / 200.0).clamp_min(0.0);
    const Tensor f = at::stack({x, y, z}, -3);
    const Tensor xyz = scaled_by_white(at::where(f > 0.2068966, f.pow(3.0), (f - 4.0 / 29.0) / 7.787), false);
    constexpr double threshold = 0.0031308;
    const Tensor light = mixed(xyz_to_rgb, xyz);
    const Tensor curved = 1.055 * light.clamp_min(threshold).pow(1 / 2.4) - 0.055;
    return at::where(light > threshold, curved, 12.92 * light).clamp_(0, 1);
}

Tensor srgb_to_linear(const Tensor& encoded) {
    const Tensor curved = ((encoded + 0.055).clamp_min(0.0) / 1.055).pow(2.4);
    return at::where(encoded > 0.04045, curved, encoded / 12.92);
}

Tensor hlg_to_linear(const Tensor& encoded) {
    constexpr double a = 0.17883277, b = 0.28466892, c = 0.55991072928;
    const Tensor curved = (((encoded.clamp_min(0.5) - c) / a).exp() + b) / 12.0;
    return at::where(encoded <= 0.5, encoded.square() / 3.0, curved);
}

}  // namespace easel::inference
