// Blending pictures of the same size.
#pragma once

#include "inference/tensor.hpp"

#include <array>
#include <string_view>

namespace easel::inference {

// `pixels` [batch, h, w, channels] with as many channels as `like`: the last are dropped, or an opaque alpha channel is
// added. (node_helpers.image_alpha_fix)
Tensor with_channels_of(const Tensor& pixels, const Tensor& like);

inline constexpr std::array<std::string_view, 6> blend_modes{"normal",  "multiply",   "screen",
                                                             "overlay", "soft_light", "difference"};

// `above` blended into `below`, of the same shape, in 0..1. Throws UserError for a mode that is not in the list.
Tensor blend(const Tensor& below, const Tensor& above, std::string_view mode);

}  // namespace easel::inference
