// The architectures of upscale models that are known.
#pragma once

#include "inference/upscale/upscale_network.hpp"

#include <span>

namespace easel::inference {

std::span<const UpscaleArchitecture> upscale_architectures();

}  // namespace easel::inference
