// SwinIR (Liang et al. 2021): attention in shifted windows, in residual groups.
#pragma once

#include "inference/upscale/upscale_network.hpp"

namespace easel::inference {

UpscaleArchitecture swinir_architecture();

}  // namespace easel::inference
