// How a layer of a layered picture changes what lies below it, with the meaning that GIMP gives to the modes.
#pragma once

#include "inference/tensor.hpp"

#include <array>
#include <string_view>

namespace easel::inference {

inline constexpr std::array<std::string_view, 26> layer_modes{
    "normal",      "multiply",   "screen",       "overlay",    "darken",    "lighten",      "color-dodge",
    "color-burn",  "hard-light", "soft-light",   "difference", "exclusion", "linear-dodge", "linear-burn",
    "vivid-light", "pin-light",  "linear-light", "hard-mix",   "subtract",  "divide",       "grain-extract",
    "grain-merge", "hue",        "saturation",   "color",      "luminosity"};

// `layer` over `below`, both float32 [h, w, 4] with linear light in the first three channels and alpha in the last. The
// layer's alpha counts `opacity` times. An unknown mode is taken for "normal", which is the only one that shows outside
// what lies below. (comfy_extras.compositor_blend.blend_composite)
Tensor blend_layer(const Tensor& below, const Tensor& layer, std::string_view mode, double opacity);

// float32 of any shape: the light that sRGB values stand for, and back.
Tensor light_of_srgb(const Tensor& encoded);
Tensor srgb_of_light(const Tensor& light);

}  // namespace easel::inference
