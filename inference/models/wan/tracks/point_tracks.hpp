// Points that move through a video, as Wan's models for trajectories take them: ATI (Wang et al. 2025), whose start
// latent carries the features of the points along, and Wan-Move (Chu et al. 2025).
#pragma once

#include "inference/tensor.hpp"

#include <array>
#include <cstdint>
#include <string_view>
#include <vector>

namespace easel::inference::wan {

// Where points are in each frame, in pixels.
struct PointTracks {
    Tensor path;        // [frames, points, 2]: x and y
    Tensor visibility;  // [frames, points or 1], boolean
};

// Tracks as an editor writes them: a JSON list of {"x", "y"} for one point, or a list of such. Single quotes count as
// double ones. Each inner list is the path of a point. Empty when the text is no JSON. Throws UserError for other
// content. (parse_json_tracks)
using Path = std::vector<std::array<float, 2>>;
std::vector<std::vector<Path>> read_tracks(std::string_view text);

// The mask that a track's visibility comes from: visible in frames with any value above 0.
Tensor visible_frames(const Tensor& mask);

// How a point goes from its start to its end.
struct Motion {
    double start_x, start_y, middle_x, middle_y, end_x, end_y;  // in widths and heights of the picture
    bool is_curved = false;             // through a Bezier curve whose control point is the middle
    std::string_view speed = "linear";  // linear, ease_in, ease_out, ease_in_out, constant
};
struct TrackBundle {
    int64_t width, height, frames, points;
    double spread;  // between neighbours, across the direction, in means of width and height
};
// [frames, points, 2]. (GenerateTracks)
Tensor generated_path(const Motion& motion, const TrackBundle& bundle);

// `points` of ATI's 121 moments for a video of `frames` frames: [frames, points, 4] as time, x, y and visibility in
// -1..1, seen from the middle in halves of the shorter side.
Tensor moments_of(const std::vector<Path>& points, int64_t width, int64_t height, int64_t frames);

// A start latent [channels, frames, h, w] in the model's scale, whose first frame's features follow the points, and how
// much they do: [4, frames, h, w]. (patch_motion)
struct CarriedFeatures {
    Tensor latent, weight;
};
CarriedFeatures carried(const Tensor& latent, const Tensor& moments, double temperature, int64_t nearest);

// `latent` [batch, channels, frames, h, w] whose first frame's features are copied to where the points are later.
// (WanMoveTrackToVideo)
Tensor moved_features(const Tensor& latent, const PointTracks& tracks, int64_t width, int64_t height, double strength);

}  // namespace easel::inference::wan
