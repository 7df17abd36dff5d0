// What LATENT_UPSCALE_MODEL links carry.
#pragma once

#include "inference/upscale/hunyuan_upsampler.hpp"
#include "inference/upscale/latent_upsampler.hpp"

#include <memory>
#include <string_view>

namespace easel::nodes {

struct LatentUpscaleModel {
    static constexpr std::string_view socket = "LATENT_UPSCALE_MODEL";
    // One of them is not null: LTX's, or HunyuanVideo 1.5's.
    std::shared_ptr<const inference::LatentUpsampler> ltx = nullptr;
    std::shared_ptr<const inference::HunyuanUpsampler> hunyuan = nullptr;
};

}  // namespace easel::nodes
