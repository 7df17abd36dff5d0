// What links between nodes that listen carry.
#pragma once

#include "graph/socket.hpp"
#include "inference/audio/encoder/sound_encoder.hpp"

namespace easel::graph {

template <>
struct SocketOf<inference::SoundEncoder> {
    static constexpr std::string_view name = "AUDIO_ENCODER";
};
template <>
struct SocketOf<inference::EncodedSound> {
    static constexpr std::string_view name = "AUDIO_ENCODER_OUTPUT";
};

}  // namespace easel::graph
