// What most networks ask of a conditioning.
#pragma once

#include "inference/models/network_input.hpp"

#include <string_view>

namespace easel::inference {

// Throws UserError where the input holds no text. `model` is who needs it.
void require_text(const NetworkInput& input, std::string_view model = "this diffusion model");

}  // namespace easel::inference
