// HAT (Chen et al. 2023): attention in shifted windows beside attention over channels, and attention of windows to
// larger ones that overlap.
#pragma once

#include "inference/upscale/upscale_network.hpp"

namespace easel::inference {

UpscaleArchitecture hat_architecture();

}  // namespace easel::inference
