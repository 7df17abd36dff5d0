// What IC_LORA_PARAMETERS links carry.
#pragma once

#include <cstdint>
#include <string_view>

namespace easel::nodes {

struct IcLoraParameters {
    static constexpr std::string_view socket = "IC_LORA_PARAMETERS";
    std::int64_t reference_downscale_factor = 1;  // how much smaller guides are made
};

}  // namespace easel::nodes
