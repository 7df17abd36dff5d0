// What links with the paths of points carry.
#pragma once

#include "graph/socket.hpp"
#include "inference/models/wan/tracks/point_tracks.hpp"

template <>
struct easel::graph::SocketOf<easel::inference::wan::PointTracks> {
    static constexpr std::string_view name = "TRACKS";
};
