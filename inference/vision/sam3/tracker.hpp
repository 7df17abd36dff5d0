// The part of SAM 3.1 that knows objects again in the next frame of a film, many at once. (Ravi et al. 2024;
// SAM31Tracker of the reference)
#pragma once

#include "inference/vision/sam3/memory.hpp"
#include "inference/vision/sam3/segmenter.hpp"
#include "inference/vision/sam3/two_way.hpp"

#include <map>
#include <vector>

namespace easel::inference::sam3 {

// What the backbone gives for tracking of one frame.
struct TrackedPicture {
    std::vector<Tensor> features;  // fine to coarse
    Tensor places;                 // [1, cells, dim] of the coarsest

    explicit TrackedPicture(std::vector<Tensor> features_);
};

// What is known of a frame when it is done.
struct TrackedFrame {
    Tensor masks;            // [objects, 1, h, w], logits, at four times the coarsest features' size
    Tensor large_masks;      // [objects, 1, picture_side, picture_side], logits
    Tensor memory;           // [buckets, cells, dim]
    Tensor pointers;         // [buckets, bucket size, dim]
    Tensor picture, places;  // [1, cells, dim]
};

struct TrackedHistory {
    std::map<int64_t, TrackedFrame> shown;     // by frame: masks were given
    std::map<int64_t, TrackedFrame> followed;  // they were found
};

class Tracker {
public:
    explicit Tracker(const Weights& w);

    // A frame in which `masks` [objects, 1, picture_side, picture_side] of 0 and 1 show the objects. `prompted` is what
    // the backbone gives for segmentation.
    TrackedFrame shown(const TrackedPicture& picture, const std::vector<Tensor>& prompted, const Segmenter& segmenter,
                       const Tensor& masks) const;
    // Where the objects are in frame `index` of `frames`. The frame has no memory yet.
    TrackedFrame followed(const TrackedPicture& picture, const TrackedHistory& history, int64_t index, int64_t frames,
                          int64_t objects) const;
    // Remembers the masks of a frame; `trusted` [objects] is 1 where a mask was given and not followed.
    void remember(TrackedFrame& frame, const TrackedPicture& picture, const Tensor& trusted) const;

    // How many frames back may count.
    int64_t reach() const;

private:
    Memories memories(const TrackedHistory& history, const Tensor& like, int64_t index, int64_t frames,
                      int64_t buckets) const;
    Tensor encoded(const Tensor& picture, const Tensor& strengths, const Tensor& is_seen, const Tensor& trusted) const;
    Tensor pointed(const Tensor& pointers, const Tensor& is_seen) const;
    Tensor steps_back(const std::vector<int64_t>& steps, int64_t most, const Tensor& like) const;

    MemoryAttention attention_;
    MemoryEncoder encoder_;
    Weight steps_;                  // [frames, 1, 1, dim], of memories by their age
    Weight unseen_;                 // [bucket size, dim]
    Weight occupied_, unoccupied_;  // [bucket size, dim]
    Perceptron pointer_, prompted_pointer_;
    Linear pointer_step_, unseen_pointer_;
    Conv2d prompted_shrink_;
    PlaceWaves waves_;

    TwoWay decoder_;
    Weight object_tokens_, quality_tokens_, mask_tokens_;  // [bucket size (* masks), dim]
    std::vector<Perceptron> mask_filters_;
    Perceptron quality_, object_score_;
};

}  // namespace easel::inference::sam3
