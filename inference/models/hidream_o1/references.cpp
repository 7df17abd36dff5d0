#include "inference/models/hidream_o1/references.hpp"

#include "inference/image/resize.hpp"
#include "inference/layers/patches.hpp"

#include <algorithm>
#include <array>
#include <cmath>

namespace easel::inference::hidream_o1 {
namespace {

// The longest side of the pictures to follow, where the result's is `longest`.
int64_t followed_side(int64_t longest, std::size_t count) {
    if (count == 1) return longest;
    if (count == 2) return longest * 48 / 64;
    if (count <= 4) return longest / 2;
    return count <= 8 ? longest * 24 / 64 : longest / 4;
}

// The side of a square with the area of the pictures to see.
int64_t seen_side(std::size_t count) {
    constexpr int64_t side = 384;
    if (count <= 4) return side;
    return count <= 8 ? side * 48 / 64 : side / 2;
}

int64_t whole(double value, int64_t unit) { return static_cast<int64_t>(value) / unit * unit; }

struct Size {
    int64_t width, height;
};

// The largest size of whole patches, of about the picture's shape, within the area of a square of `side`; where none is
// within, the smallest of them.
Size fitted(int64_t width, int64_t height, int64_t side) {
    const auto area = static_cast<double>(side * side);
    const double scale = std::sqrt(area / static_cast<double>(width * height));
    const double w = static_cast<double>(width) * scale, h = static_cast<double>(height) * scale;
    const auto rounded = [](double value) { return whole(std::nearbyint(value), patch); };
    const auto floored = [](double value) { return whole(std::floor(value), patch); };
    std::array<Size, 4> sizes{Size{rounded(w), rounded(h)}, Size{rounded(w), floored(h)}, Size{floored(w), rounded(h)},
                              Size{floored(w), floored(h)}};
    std::ranges::stable_sort(sizes,
                             [](const Size& a, const Size& b) { return a.width * a.height > b.width * b.height; });
    for (const Size& size : sizes)
        if (size.width * size.height <= side * side) return size;
    return sizes.back();
}

// Scaled to cover the fitted size, and cut around the centre.
Tensor followed_picture(Tensor picture, int64_t side) {
    while (std::min(picture.size(2), picture.size(3)) >= 2 * side)
        picture = at::avg_pool2d(picture, {2, 2}, {2, 2});
    const int64_t height = picture.size(2), width = picture.size(3);
    const Size size = fitted(width, height, side);
    const double across = static_cast<double>(width) / static_cast<double>(size.width);
    const double down = static_cast<double>(height) / static_cast<double>(size.height);
    const auto divided = [](int64_t length, double by) {
        return static_cast<int64_t>(std::nearbyint(static_cast<double>(length) / by));
    };
    const Size covering =
        across < down ? Size{size.width, divided(height, across)} : Size{divided(width, down), size.height};
    const Tensor scaled = at::upsample_bicubic2d(picture, {covering.height, covering.width}, /*align_corners=*/false);
    return scaled.narrow(2, (covering.height - size.height) / 2, size.height)
        .narrow(3, (covering.width - size.width) / 2, size.width);
}

Tensor seen_picture(const Tensor& picture, int64_t side) {
    const double ratio = static_cast<double>(picture.size(3)) / static_cast<double>(picture.size(2));
    const double width = std::sqrt(static_cast<double>(side * side) * ratio), height = width / ratio;
    return resize(picture, std::max(whole(width, patch), patch), std::max(whole(height, patch), patch), "lanczos");
}

Grid grid_of(const Tensor& picture) { return {.rows = picture.size(2) / patch, .columns = picture.size(3) / patch}; }

}  // namespace

PreparedReferences prepare_references(const std::vector<Tensor>& pictures, int64_t height, int64_t width) {
    const int64_t followed = followed_side(std::max(height, width), pictures.size()), seen = seen_side(pictures.size());
    PreparedReferences result;
    std::vector<Tensor> patches;
    for (const Tensor& picture : pictures) {
        const Tensor planes = picture.narrow(0, 0, 1).to(at::kFloat).clamp(0, 1).permute({0, 3, 1, 2}).contiguous();
        const Tensor whole_patches = followed_picture(planes, followed);
        result.grids.followed.push_back(grid_of(whole_patches));
        patches.push_back(to_patches((whole_patches - 0.5) / 0.5, patch, PatchOrder::channels_first));
        result.to_see.push_back(seen_picture(whole_patches, seen));
        result.grids.seen.push_back(grid_of(result.to_see.back()));
    }
    result.patches = at::cat(patches, 1);
    return result;
}

}  // namespace easel::inference::hidream_o1
