// RealPLKSR, from PLKSR (Lee et al. 2024): residual blocks with one large kernel over a part of the channels.
#pragma once

#include "inference/upscale/upscale_network.hpp"

namespace easel::inference {

UpscaleArchitecture plksr_architecture();

}  // namespace easel::inference
