// Tracks of people as coloured pictures, by which SCAIL-2 tells them apart.
#pragma once

#include "inference/vision/sam3/track.hpp"

#include <string_view>
#include <vector>

namespace easel::inference::wan {

// The objects in the order in which colours are given out: those that appear first come first; among these the leftmost
// ("left_to_right") or the largest ("area") by how they look then. "none" leaves them as they are. Throws UserError for
// another name.
ObjectTrack ordered(const ObjectTrack& track, std::string_view by);
// The objects with these numbers; numbers that there are none of are left out.
ObjectTrack chosen(const ObjectTrack& track, const std::vector<int64_t>& objects);

// [frames, h, w, 3]: every object in the next of six colours, before white or black. (SCAIL2ColoredMask)
Tensor colored(const ObjectTrack& track, bool on_white);
// A mask [count, h, w] (or [h, w]) in the first colour.
Tensor colored_mask(const Tensor& mask, bool on_white);

}  // namespace easel::inference::wan
