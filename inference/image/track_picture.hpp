// Pictures of points that move: a disc where a point is, and a line behind it that thins out and fades.
#pragma once

#include "inference/tensor.hpp"

#include <cstdint>

namespace easel::inference {

struct TrackStyle {
    int64_t moments = 24;     // frames that the line reaches back
    int64_t radius = 12;      // of the disc, pixels
    int64_t line_width = 16;  // at the point, pixels
    double opacity = 0.75;    // 0 to 1
};

// `frames` [frames, h, w, 3] in 0..1 with the points of `path` [at least as many frames, points, 2], x and y in pixels,
// where `visible` [the same, points or 1] says so; five colours take turns. The result has 256 levels.
// (comfy_extras.nodes_wanmove.draw_tracks_on_video)
Tensor with_tracks(const Tensor& frames, const Tensor& path, const Tensor& visible, const TrackStyle& style);

}  // namespace easel::inference
