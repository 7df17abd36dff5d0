// SRVGGNet of Real-ESRGAN (Wang et al. 2021): convolutions at the small size only.
#pragma once

#include "inference/upscale/upscale_network.hpp"

namespace easel::inference {

UpscaleArchitecture compact_architecture();

}  // namespace easel::inference
