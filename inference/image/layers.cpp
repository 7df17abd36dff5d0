#include "inference/image/layers.hpp"

#include "inference/image/alpha_bytes.hpp"
#include "inference/image/lanczos.hpp"
#include "inference/image/layer_blend.hpp"

#include <algorithm>
#include <cmath>

namespace easel::inference {

namespace {

int64_t whole_side(double side) { return std::max<int64_t>(1, static_cast<int64_t>(std::nearbyint(side))); }

// The picture turned, flipped and resized: uint8 [h, w, 4].
Tensor bitmap_of(const PlacedPicture& picture) {
    const Tensor colours = nearest_bytes(picture.pixels[0].narrow(-1, 0, 3));
    const Tensor alpha = picture.alpha.defined() ? nearest_bytes(picture.alpha[0]).unsqueeze(-1)
                                                 : at::full_like(colours.narrow(-1, 0, 1), 255);
    Tensor bytes = at::cat({colours, alpha}, -1);
    if (picture.flipped) bytes = bytes.flip({1});
    if (picture.upside_down) bytes = bytes.flip({0});
    bytes = lanczos_of_bytes(bytes.unsqueeze(0).contiguous(), whole_side(picture.width), whole_side(picture.height))[0];
    return picture.rotation == 0 ? bytes : rotated(bytes, -picture.rotation * (180.0 / M_PI));
}

// `bytes` in the middle of its bounds, as linear light: float32 [height, width, 4].
Tensor light_in(const PlacedBounds& bounds, const Tensor& bytes) {
    const Tensor values = bytes.to(at::kFloat) / 255.0;
    const Tensor light = at::cat({light_of_srgb(values.narrow(-1, 0, 3)), values.narrow(-1, 3, 1)}, -1);
    const auto half = [](int64_t difference) { return (difference - (difference < 0 && difference % 2 != 0)) / 2; };
    const int64_t left = half(bounds.width - bytes.size(1)), top = half(bounds.height - bytes.size(0));
    Tensor placed = at::zeros({bounds.height, bounds.width, 4});
    const int64_t x0 = std::max<int64_t>(left, 0), x1 = std::min(left + bytes.size(1), bounds.width);
    const int64_t y0 = std::max<int64_t>(top, 0), y1 = std::min(top + bytes.size(0), bounds.height);
    if (x0 < x1 && y0 < y1)
        placed.slice(0, y0, y1).slice(1, x0, x1).copy_(
            light.slice(0, y0 - top, y1 - top).slice(1, x0 - left, x1 - left));
    return placed;
}

void add_layer(Tensor& canvas, const PlacedPicture& picture) {
    const PlacedBounds bounds = bounds_of(picture);
    const int64_t x0 = std::max<int64_t>(bounds.x, 0), x1 = std::min(bounds.x + bounds.width, canvas.size(1));
    const int64_t y0 = std::max<int64_t>(bounds.y, 0), y1 = std::min(bounds.y + bounds.height, canvas.size(0));
    if (x0 >= x1 || y0 >= y1) return;
    const Tensor layer = light_in(bounds, bitmap_of(picture))
                             .slice(0, y0 - bounds.y, y1 - bounds.y)
                             .slice(1, x0 - bounds.x, x1 - bounds.x);
    Tensor part = canvas.slice(0, y0, y1).slice(1, x0, x1);
    part.copy_(blend_layer(part, layer, picture.mode, picture.opacity));
}

}  // namespace

Tensor nearest_bytes(const Tensor& values) {
    return (values.to(at::kCPU, at::kFloat) * 255.0).round().clamp(0, 255).to(at::kByte);
}

Tensor layer_alpha(const Tensor& pixels, const Tensor& mask) {
    const Tensor own = pixels.size(-1) == 4 ? pixels.select(-1, 3).narrow(0, 0, 1) : Tensor();
    if (!mask.defined()) return own;
    Tensor hidden = mask.narrow(0, 0, 1).to(at::kFloat);
    if (hidden.size(1) != pixels.size(1) || hidden.size(2) != pixels.size(2))
        hidden = at::upsample_bilinear2d(hidden.unsqueeze(1), {pixels.size(1), pixels.size(2)}, false).squeeze(1);
    const Tensor shown = (1.0 - hidden).clamp(0, 1);
    return own.defined() ? own * shown : shown;
}

PlacedBounds bounds_of(const PlacedPicture& picture) {
    const double middle_x = picture.x + picture.width / 2, middle_y = picture.y + picture.height / 2;
    const double cosine = std::cos(picture.rotation), sine = std::sin(picture.rotation);
    const double w = picture.width / 2, h = picture.height / 2;
    double left = INFINITY, right = -INFINITY, top = INFINITY, bottom = -INFINITY;
    for (const auto& [dx, dy] : std::array<std::pair<double, double>, 4>{{{-w, -h}, {w, -h}, {w, h}, {-w, h}}}) {
        const double x = middle_x + dx * cosine - dy * sine, y = middle_y + dx * sine + dy * cosine;
        left = std::min(left, x), right = std::max(right, x);
        top = std::min(top, y), bottom = std::max(bottom, y);
    }
    PlacedBounds bounds{.x = static_cast<int64_t>(std::floor(left)), .y = static_cast<int64_t>(std::floor(top))};
    bounds.width = std::max<int64_t>(1, static_cast<int64_t>(std::ceil(right)) - bounds.x);
    bounds.height = std::max<int64_t>(1, static_cast<int64_t>(std::ceil(bottom)) - bounds.y);
    return bounds;
}

Tensor flatten_layers(const LayeredPicture& picture) {
    Tensor canvas = at::zeros({picture.height, picture.width, 4});
    if (picture.background) {
        const auto [red, green, blue, opacity] = *picture.background;
        const Tensor colour = light_of_srgb(at::tensor({red, green, blue}, at::kFloat));
        const Tensor layer = at::cat({colour, at::ones({1})}).expand_as(canvas);
        canvas = blend_layer(canvas, layer, "normal", opacity);
    }
    for (const PlacedPicture& layer : picture.layers)
        add_layer(canvas, layer);
    const Tensor rgb = srgb_of_light(canvas.narrow(-1, 0, 3).clamp(0, 1));
    return at::cat({rgb, canvas.narrow(-1, 3, 1).clamp(0, 1)}, -1).unsqueeze(0);
}

}  // namespace easel::inference
