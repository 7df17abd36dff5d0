// A panorama is looked at through twelve windows that overlap, and what was seen through them is joined to one map.
#pragma once

#include "inference/vision/moge/moge.hpp"

#include <functional>

namespace easel::inference {

struct PanoramaRequest {
    int64_t detail = 9;          // of each view, 0 to 9
    int64_t view_side = 512;     // pixels
    int64_t merged_side = 1920;  // of the joined map, its longer side at most
    int64_t views_at_once = 4;
    std::function<void(int64_t, int64_t)> progress = {};  // told how much of how much is done; may throw to stop
};

// `image` [1, height, width, 3] in 0..1, all around horizontally and from the zenith to the nadir. Points are forward,
// left and up; there are no intrinsics. (MoGePanoramaInference of the reference)
PointGeometry look_around(const Moge& model, const Tensor& image, const PanoramaRequest& request);

namespace moge {

// Distances that views [12, side, side] saw, with what of them counts (bool), as one map [height, width] of the
// panorama and the places that any of them covers. Changes of distance are averaged where views overlap, and the map is
// the one whose changes fit best, coarse to fine. `on_step` is told the work done: 1 a view, 4^level a solution.
struct PanoramaMap {
    Tensor distance, mask;
};
PanoramaMap joined_views(const Tensor& distances, const Tensor& masks, int64_t height, int64_t width,
                         const std::function<void(int64_t)>& on_step);

// The directions [h, w, 3] of a panorama's pixels.
Tensor panorama_directions(int64_t height, int64_t width);

// The pictures [12, 3, side, side] that the windows show of `panorama` [3, h, w].
Tensor panorama_views(const Tensor& panorama, int64_t side);

}  // namespace moge

}  // namespace easel::inference
