// Pictures made of layers.
#pragma once

#include "inference/tensor.hpp"

#include <array>
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

namespace easel::inference {

// A picture and how it lies on the canvas: its corner before turning, its size there, and its turn around its middle,
// clockwise in radians. Lengths are in pixels of the canvas.
struct PlacedPicture {
    Tensor pixels;  // [1, h, w, 3 or more] in 0..1
    Tensor alpha;   // [1, h, w]; undefined: opaque
    double x = 0, y = 0, width = 0, height = 0, rotation = 0;
    double opacity = 1.0;
    std::string mode = "normal";  // of layer_modes
    bool flipped = false;         // left and right
    bool upside_down = false;
};

// In whole pixels of the canvas.
struct PlacedBounds {
    int64_t x = 0, y = 0, width = 1, height = 1;
};

// What a picture covers at most.
PlacedBounds bounds_of(const PlacedPicture& picture);

struct LayeredPicture {
    int64_t width = 0, height = 0;
    std::optional<std::array<double, 4>> background = std::nullopt;  // sRGB and opacity in 0..1
    std::vector<PlacedPicture> layers;                               // from the bottom to the top
};

// [1, height, width, 4] in 0..1, not premultiplied. (comfy_extras.nodes_compositor.composite_from_state)
Tensor flatten_layers(const LayeredPicture& picture);

// What a layer shows of `pixels` [1, h, w, 3 or more] through `mask` ([1, h', w'], 1 is hidden; may be undefined) and
// its own alpha: [1, h, w], undefined where it is opaque throughout. (comfy_extras.nodes_compositor.frame_alpha)
Tensor layer_alpha(const Tensor& pixels, const Tensor& mask);

// Values in 0..1 to the nearest of 256 levels, uint8.
Tensor nearest_bytes(const Tensor& values);

}  // namespace easel::inference
