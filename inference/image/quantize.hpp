// Reducing 8-bit pictures to a few colours as Pillow does: a palette by median cut, and pixels mapped to it.
#pragma once

#include "inference/tensor.hpp"

#include <array>
#include <cstdint>
#include <string_view>
#include <vector>

namespace easel::inference {

using Colour = std::array<std::uint8_t, 3>;

// At most `count` (1 to 256) colours for the pixels of `picture` (uint8 [h, w, 3]): boxes of the colour cube that are
// halved at the median of their longest side, the fullest first, and stand for the average of their pixels.
std::vector<Colour> median_cut(const Tensor& picture, int count);

enum class Dither { none, floyd_steinberg };

// Each pixel of `picture` (uint8 [h, w, 3]) as a colour of the palette. Colours that are not in the palette themselves
// are looked up with their two lowest bits cut off.
Tensor mapped_to_palette(const Tensor& picture, const std::vector<Colour>& palette, Dither dither);

inline constexpr std::array<std::string_view, 6> dither_names{"none",    "floyd-steinberg", "bayer-2",
                                                              "bayer-4", "bayer-8",         "bayer-16"};

// Pictures [batch, h, w, 3] in 0..1 with at most `colours` colours each. `dither` is one of the names above.
// (ImageQuantize)
Tensor quantized(const Tensor& pixels, int colours, std::string_view dither);

}  // namespace easel::inference
