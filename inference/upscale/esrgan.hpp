// RRDBNet of ESRGAN (Wang et al. 2018), Real-ESRGAN, BSRGAN and ESRGAN+, in the old and the new key layout.
#pragma once

#include "inference/upscale/upscale_network.hpp"

namespace easel::inference {

UpscaleArchitecture esrgan_architecture();

}  // namespace easel::inference
