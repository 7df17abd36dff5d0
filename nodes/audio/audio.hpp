// What AUDIO links carry.
#pragma once

#include "nodes/types.hpp"

#include <cstdint>
#include <string_view>

namespace easel::nodes {

struct Audio {
    static constexpr std::string_view socket = "AUDIO";
    Tensor waveform;  // [batch, channels, samples], float32, about -1..1, on the CPU
    std::int64_t sample_rate = 44100;
};
inline Footprint footprint(const Audio& audio) { return {.bytes = memory_of(audio.waveform)}; }

}  // namespace easel::nodes
