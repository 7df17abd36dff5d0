// What became of objects that were followed through a film.
#pragma once

#include "inference/tensor.hpp"

#include <cstdint>
#include <optional>
#include <vector>

namespace easel::inference {

struct ObjectTrack {
    // [frames, objects, side, side / 8], eight pixels in a byte, the first in its lowest bit; undefined where nothing
    // was found.
    Tensor masks;
    int64_t frames = 0;
    int64_t height = 0, width = 0;  // of the film
    std::vector<double> scores;     // of each object when it was found; 1 for those that were shown

    int64_t objects() const { return masks.defined() ? masks.size(1) : 0; }
};

// Where any of the objects with these numbers is: [frames, height, width] in 0..1.
Tensor tracked_masks(const ObjectTrack& track, const std::vector<int64_t>& objects);

// Frame `index` of a track, `picture` [h, w, 3] in 0..1, with each object in a colour of its own and its number on it;
// below that how sure it is in hundredths, where it is not wholly. `opacity` of the colours 0..1.
Tensor drawn_track(const ObjectTrack& track, int64_t index, const Tensor& picture, double opacity);

}  // namespace easel::inference
