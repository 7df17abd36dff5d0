// Diffusion networks that easel recognises but does not run: naming them in the error is worth more than a missing
// tensor somewhere in the middle.
#pragma once

#include "inference/weights/weights.hpp"

#include <string_view>

namespace easel::inference {

// The name of the architecture, as users know it; empty when it is none of these. `network` has no prefix.
std::string_view known_architecture(const TensorMap& network);

}  // namespace easel::inference
