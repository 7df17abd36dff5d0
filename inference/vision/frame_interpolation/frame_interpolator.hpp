// Networks that draw the pictures between two frames of a film.
#pragma once

#include "inference/tensor.hpp"
#include "inference/weights/weights.hpp"

#include <functional>
#include <memory>
#include <vector>

namespace easel::inference {

// What a network has seen in one frame; kept for the frame's second pair.
struct FrameFeatures {
    Tensor frame;                          // [1, 3, height, width] in 0..1
    std::vector<Tensor> pictures, levels;  // as the network needs them
};

class FrameInterpolator {
public:
    virtual ~FrameInterpolator() = default;
    virtual FrameFeatures look(const Tensor& frame) const = 0;
    // The pictures at `times` (0..1) between two frames: [times, 3, height, width].
    virtual Tensor between(const FrameFeatures& first, const FrameFeatures& second,
                           const std::vector<double>& times) const = 0;
    // Frames are padded to a multiple of this.
    virtual int64_t side_multiple() const { return 1; }
};

// `multiplier` - 1 pictures between each two of `frames` [count, height, width, 3] in 0..1, and the frames themselves:
// [(count - 1) * multiplier + 1, height, width, 3]. A single frame stays as it is. `on_pictures` is told how many of
// all new pictures are drawn. (FrameInterpolate of the reference)
Tensor interpolate_frames(const FrameInterpolator& network, const Tensor& frames, int64_t multiplier,
                          const std::function<void(int64_t done, int64_t total)>& on_pictures);

// The tensors of a FILM or RIFE network by the names that these classes read; empty when the file is neither.
TensorMap frame_interpolation_tensors(const TensorMap& file);
// `w` holds what frame_interpolation_tensors returned.
std::unique_ptr<const FrameInterpolator> make_frame_interpolator(const Weights& w);

}  // namespace easel::inference
