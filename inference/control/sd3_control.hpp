// ControlNets for Stable Diffusion 3 (InstantX, AliMama: a shallower copy of the network) and Stability's own for 3.5
// Large (blocks over the picture alone).
#pragma once

#include "inference/control/control_network.hpp"

namespace easel::inference {

// Null when the file is no ControlNet for Stable Diffusion 3.
std::shared_ptr<const ControlNetwork> load_sd3_control(const ControlFile& file);

}  // namespace easel::inference
