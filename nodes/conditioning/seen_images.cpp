#include "nodes/conditioning/seen_images.hpp"

#include "inference/image/resize.hpp"

#include <cmath>

namespace easel::nodes {

Tensor scaled_to_area(const Tensor& picture, int64_t pixels, int64_t unit) {
    const auto height = static_cast<double>(picture.size(1)), width = static_cast<double>(picture.size(2));
    const double factor = std::sqrt(static_cast<double>(pixels) / (width * height));
    const auto side = [&](double length) {
        return static_cast<int64_t>(std::nearbyint(length * factor / static_cast<double>(unit))) * unit;
    };
    return inference::resize_image(picture, side(width), side(height), "area");
}

}  // namespace easel::nodes
