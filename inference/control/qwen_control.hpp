// ControlNets for Qwen-Image: InstantX's (a shallower copy of the network) and Alibaba PAI's Fun ones (a few blocks
// beside the network's own).
#pragma once

#include "inference/control/control_network.hpp"

namespace easel::inference {

// Null when the file is no ControlNet for Qwen-Image.
std::shared_ptr<const ControlNetwork> load_qwen_control(const ControlFile& file);

}  // namespace easel::inference
