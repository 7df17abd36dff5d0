// SPAN (Wan et al. 2024): blocks whose attention needs no weights of its own.
#pragma once

#include "inference/upscale/upscale_network.hpp"

namespace easel::inference {

UpscaleArchitecture span_architecture();

}  // namespace easel::inference
