#include "inference/image/crops.hpp"

#include "inference/image/resize.hpp"

#include <algorithm>
#include <cmath>
#include <optional>

namespace easel::inference {
namespace {

// A box between two corners, the second one outside.
struct Corners {
    int64_t x1 = 0, y1 = 0, x2 = 0, y2 = 0;
    bool is_empty() const { return x2 <= x1 || y2 <= y1; }
};

Corners around(const std::vector<Box>& boxes) {
    Corners all{boxes[0].x, boxes[0].y, boxes[0].x + boxes[0].width, boxes[0].y + boxes[0].height};
    for (const Box& box : boxes)
        all = {std::min(all.x1, box.x), std::min(all.y1, box.y), std::max(all.x2, box.x + box.width),
               std::max(all.y2, box.y + box.height)};
    return all;
}

Corners within(const Corners& box, int64_t padding, int64_t width, int64_t height) {
    return {std::max<int64_t>(0, box.x1 - padding), std::max<int64_t>(0, box.y1 - padding),
            std::min(width, box.x2 + padding), std::min(height, box.y2 + padding)};
}

// Where a face would be.
Corners upper_middle(int64_t width, int64_t height) {
    const auto size = static_cast<int64_t>(static_cast<double>(std::min(width, height)) * 0.3);
    const int64_t x = std::max<int64_t>(0, (width - size) / 2);
    const auto y = std::max<int64_t>(0, static_cast<int64_t>(static_cast<double>(height) * 0.1));
    return {x, y, std::min(width, x + size), std::min(height, y + size)};
}

// `part` [1, channels, h, w] in the size asked for.
Tensor fitted(const Tensor& part, const BoxCrop& crop) {
    if (!crop.keeps_aspect) return resize(part, crop.width, crop.height, "area");
    const auto height = static_cast<double>(part.size(2)), width = static_cast<double>(part.size(3));
    const double scale = std::min(static_cast<double>(crop.width) / width, static_cast<double>(crop.height) / height);
    const auto new_width = static_cast<int64_t>(std::nearbyint(width * scale));
    const auto new_height = static_cast<int64_t>(std::nearbyint(height * scale));
    Tensor whole = at::zeros({1, part.size(1), crop.height, crop.width}, part.options());
    whole.narrow(2, (crop.height - new_height) / 2, new_height)
        .narrow(3, (crop.width - new_width) / 2, new_width)
        .copy_(resize(part, new_width, new_height, "area"));
    return whole;
}

bool is_inverted(const Tensor& mask) {
    const int64_t height = mask.size(0), width = mask.size(1);
    const Tensor border = at::cat({mask[0], mask[height - 1], mask.select(1, 0), mask.select(1, width - 1)});
    const Tensor middle = mask.slice(0, height / 4, height - height / 4).slice(1, width / 4, width - width / 4);
    return border.mean().item<float>() > 0.5f && middle.mean().item<float>() < 0.5f;
}

// `mask` [1, 1, h, w] grown by `amount` pixels in every direction, shrunk when that is negative.
Tensor grown(const Tensor& mask, int64_t amount) {
    if (amount == 0) return mask;
    const int64_t radius = std::abs(amount), size = 2 * radius + 1;
    const auto spread = [&](const Tensor& values) {
        return at::max_pool2d(values, {size, size}, {1, 1}, {radius, radius});
    };
    return amount > 0 ? spread(mask) : 1.0 - spread(1.0 - mask);
}

// The box of what is nearly white in `mask` [h, w].
std::optional<Corners> shown_box(const Tensor& levels) {
    constexpr int64_t nearly_white = 204;
    const Tensor places = (levels > nearly_white).nonzero();
    if (places.size(0) == 0) return std::nullopt;
    const Tensor least = std::get<0>(places.min(0)), greatest = std::get<0>(places.max(0));
    return Corners{least[1].item<int64_t>(), least[0].item<int64_t>(), greatest[1].item<int64_t>(),
                   greatest[0].item<int64_t>()};
}

// The box grown to an aspect ratio (width / height) and by a factor, around its middle.
Corners padded_box(const Corners& shown, double aspect, double factor) {
    const auto width = static_cast<double>(shown.x2 - shown.x1 + 1),
               height = static_cast<double>(shown.y2 - shown.y1 + 1);
    const bool is_wide = width / std::max(height, 1.0) >= aspect;
    const double new_width = std::trunc(is_wide ? width * factor : height * aspect * factor);
    const double new_height = std::trunc(is_wide ? width / aspect * factor : height * factor);
    const auto half_width = static_cast<int64_t>(std::ceil(new_width / 2));
    const auto half_height = static_cast<int64_t>(std::ceil(new_height / 2));
    const double centre_x = static_cast<double>(shown.x1 + shown.x2) / 2,
                 centre_y = static_cast<double>(shown.y1 + shown.y2) / 2;
    const auto x = static_cast<int64_t>(centre_x - static_cast<double>(half_width));
    const auto y = static_cast<int64_t>(centre_y - static_cast<double>(half_height));
    return {x, y, x + 2 * half_width, y + 2 * half_height};
}

// A part of [1, channels, h, w], zeros where it reaches beyond.
Tensor part_of(const Tensor& planes, const Corners& box) {
    const int64_t height = planes.size(2), width = planes.size(3);
    const int64_t left = std::max<int64_t>(0, -box.x1), top = std::max<int64_t>(0, -box.y1);
    const Tensor whole = at::constant_pad_nd(
        planes, {left, std::max<int64_t>(0, box.x2 - width), top, std::max<int64_t>(0, box.y2 - height)});
    return whole.slice(2, box.y1 + top, box.y2 + top).slice(3, box.x1 + left, box.x2 + left);
}

// One picture [3, h, w] with its mask [h, w], as [1, 3, height, width].
Tensor cropped_to_mask(const Tensor& picture, const Tensor& shape, const MaskCrop& crop) {
    constexpr double least = 0.05;
    Tensor pixels = picture.unsqueeze(0).clamp(0, 1);
    Tensor mask = shape.clamp(0, 1);
    if (is_inverted(mask)) mask = 1.0 - mask;
    mask = grown(mask.unsqueeze(0).unsqueeze(0), crop.grow);
    mask = mask.masked_fill(mask < least, 0);

    const int64_t longest = std::max(pixels.size(2), pixels.size(3)), most = std::max(crop.width, crop.height);
    if (longest > most) {
        const double scale = static_cast<double>(most) / static_cast<double>(longest);
        const auto width = static_cast<int64_t>(static_cast<double>(pixels.size(3)) * scale);
        const auto height = static_cast<int64_t>(static_cast<double>(pixels.size(2)) * scale);
        pixels = resize(pixels, width, height, "lanczos");
        mask = resize(mask, width, height, "lanczos");
    }
    const Tensor levels = (mask[0][0].clamp(0, 1) * 255.0).to(at::kByte).to(at::kLong);
    std::optional<Corners> shown = shown_box(levels);
    if (!shown && (shown = shown_box(255 - levels))) mask = 1.0 - mask;
    const double aspect = static_cast<double>(crop.width) / static_cast<double>(crop.height);
    const Corners box =
        shown ? padded_box(*shown, aspect, crop.pad_factor) : Corners{0, 0, pixels.size(3), pixels.size(2)};

    const Tensor inside = part_of(pixels, box), weight = part_of(mask, box);
    const Tensor behind = at::tensor(at::ArrayRef<double>(crop.background), pixels.options()).view({1, 3, 1, 1});
    const Tensor composed = (inside * weight + behind * (1.0 - weight)).clamp(0, 1);
    return resize(composed, crop.width, crop.height, "lanczos");
}

}  // namespace

Tensor crop_image(const Tensor& pixels, const Box& box) {
    const int64_t x = std::min(box.x, pixels.size(2) - 1), y = std::min(box.y, pixels.size(1) - 1);
    return pixels.slice(1, y, y + box.height).slice(2, x, x + box.width);
}

Tensor crop_to_boxes(const Tensor& pixels, const std::vector<std::vector<Box>>& boxes, const BoxCrop& crop) {
    const int64_t height = pixels.size(1), width = pixels.size(2);
    std::vector<Tensor> crops;
    for (int64_t i = 0; i < pixels.size(0); ++i) {
        const auto& own = boxes[std::min(static_cast<std::size_t>(i), boxes.size() - 1)];
        if (own.empty()) continue;
        Corners box = within(around(own), std::max<int64_t>(crop.padding, 0), width, height);
        if (box.is_empty()) box = upper_middle(width, height);
        const Tensor frame = pixels[i].permute({2, 0, 1}).unsqueeze(0);
        crops.push_back(box.is_empty() ? at::zeros({1, pixels.size(3), crop.height, crop.width}, pixels.options())
                                       : fitted(frame.slice(2, box.y1, box.y2).slice(3, box.x1, box.x2), crop));
    }
    return crops.empty() ? pixels : at::cat(crops).permute({0, 2, 3, 1});
}

Tensor crop_to_mask(const Tensor& pixels, const Tensor& masks, const MaskCrop& crop) {
    std::vector<Tensor> crops;
    for (int64_t i = 0; i < pixels.size(0); ++i)
        crops.push_back(cropped_to_mask(pixels[i].permute({2, 0, 1}), masks[i], crop));
    return at::cat(crops).permute({0, 2, 3, 1});
}

}  // namespace easel::inference
