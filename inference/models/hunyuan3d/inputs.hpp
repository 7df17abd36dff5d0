// What the networks of Hunyuan3D read of a condition.
#pragma once

#include "inference/models/network_input.hpp"

namespace easel::inference::hunyuan3d {

// The features of pictures, which no other condition's may be repeated to fit. Throws UserError without them.
void set_picture_inputs(NetworkInput& input, const Condition& condition);

}  // namespace easel::inference::hunyuan3d
