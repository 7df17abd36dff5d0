// The compositing operators of Porter and Duff, and the blend modes that go with them.
#pragma once

#include "inference/tensor.hpp"

#include <array>
#include <string_view>

namespace easel::inference {

// A picture and where it is transparent.
struct Layer {
    Tensor pixels;  // [batch, h, w, channels]
    Tensor mask;    // [batch, h, w], 1 is transparent
};

inline constexpr std::array<std::string_view, 18> porter_duff_modes{
    "ADD",      "CLEAR",   "DARKEN", "DST", "DST_ATOP", "DST_IN", "DST_OUT", "DST_OVER", "LIGHTEN",
    "MULTIPLY", "OVERLAY", "SCREEN", "SRC", "SRC_ATOP", "SRC_IN", "SRC_OUT", "SRC_OVER", "XOR"};

// `source` over `destination` by one of the modes; everything is brought to the destination's size. The batch is as
// long as the shortest of the four inputs. Throws UserError for another mode or different channels.
Layer porter_duff(const Layer& source, const Layer& destination, std::string_view mode);

}  // namespace easel::inference
