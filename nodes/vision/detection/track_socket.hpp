// SAM3_TRACK_DATA links.
#pragma once

#include "graph/socket.hpp"
#include "inference/vision/sam3/track.hpp"

namespace easel::graph {

template <>
struct SocketOf<inference::ObjectTrack> {
    static constexpr std::string_view name = "SAM3_TRACK_DATA";
};

}  // namespace easel::graph
