#include "inference/image/subject_square.hpp"

#include "base/error.hpp"
#include "inference/image/resize.hpp"

#include <algorithm>
#include <array>
#include <cmath>

namespace easel::inference {
namespace {

constexpr double room_around = 1.2;

// The least of the (2 radius + 1)^2 values around each one of [1, 1, height, width].
Tensor shrunk(const Tensor& alpha, int64_t radius) {
    return radius == 0 ? alpha : -at::max_pool2d(-alpha, 2 * radius + 1, 1, radius);
}

// [1, channels, bottom - top, right - left]; zeros where the box leaves the picture.
Tensor cut_out(const Tensor& picture, int64_t left, int64_t top, int64_t right, int64_t bottom) {
    const int64_t height = picture.size(2), width = picture.size(3);
    return at::constant_pad_nd(picture, {-left, right - width, -top, bottom - height});
}

}  // namespace

Tensor subject_square(const Tensor& pixels, const Tensor& mask, int64_t erosion, int64_t side) {
    const Tensor planes =
        at::cat({pixels.slice(-1, 0, 3).movedim(-1, 0), mask.unsqueeze(0)}).to(at::kFloat).clamp(0, 1).unsqueeze(0);
    const double scale = static_cast<double>(side) / static_cast<double>(std::min(planes.size(2), planes.size(3)));
    const auto scaled = [&](int64_t length) {
        return std::max<int64_t>(1, static_cast<int64_t>(std::nearbyint(static_cast<double>(length) * scale)));
    };
    const Tensor whole = resize(planes, scaled(planes.size(3)), scaled(planes.size(2)), "lanczos").clamp(0, 1);
    const Tensor alpha = shrunk(whole.slice(1, 3), erosion);

    const Tensor inside = (alpha[0][0] > 0).nonzero();
    if (inside.size(0) == 0)
        throw NamedError("ValueError", "TripoSplatPreprocessImage: mask is empty (no foreground pixels).");
    const Tensor least = std::get<0>(inside.min(0)), most = std::get<0>(inside.max(0));
    std::array<int64_t, 2> start{}, end{};  // rows, columns
    std::array<double, 2> middle{};
    double longest = 0;
    for (std::size_t axis = 0; axis < 2; ++axis) {
        start[axis] = least[static_cast<int64_t>(axis)].item<int64_t>();
        end[axis] = most[static_cast<int64_t>(axis)].item<int64_t>();
        middle[axis] = static_cast<double>(start[axis] + end[axis]) / 2;
        longest = std::max(longest, static_cast<double>(end[axis] - start[axis]));
    }
    const double half = longest / 2 * room_around;
    for (std::size_t axis = 0; axis < 2; ++axis) {
        start[axis] = static_cast<int64_t>(middle[axis] - half);
        end[axis] = static_cast<int64_t>(middle[axis] + half);
    }
    if (start[0] == end[0] || start[1] == end[1])
        throw NamedError("ValueError", "the mask shows a single pixel of the picture, which is too little to cut out");
    const Tensor subject = cut_out(at::cat({whole.slice(1, 0, 3), alpha}, 1), start[1], start[0], end[1], end[0]);
    const Tensor square = resize(subject, side, side, "lanczos").clamp(0, 1);
    return (square.slice(1, 0, 3) * square.slice(1, 3))[0].movedim(0, -1).contiguous();
}

}  // namespace easel::inference
