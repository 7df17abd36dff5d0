// What LATENT_UPSCALE_MODEL links carry.
#pragma once

#include "inference/upscale/latent_upsampler.hpp"

#include <memory>
#include <string_view>

namespace easel::nodes {

struct LatentUpscaleModel {
    static constexpr std::string_view socket = "LATENT_UPSCALE_MODEL";
    std::shared_ptr<const inference::LatentUpsampler> network;
};

}  // namespace easel::nodes
