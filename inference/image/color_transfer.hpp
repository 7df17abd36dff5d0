// Gives pictures the colours of others by matching statistics. (comfy_extras.nodes_post_processing.ColorTransfer)
#pragma once

#include "inference/tensor.hpp"

#include <cstdint>
#include <functional>

namespace easel::inference {

enum class ColorMatch {
    reinhard,   // mean and deviation of each channel of L*a*b*
    transport,  // mean and covariance in L*a*b*: the optimal map between two normal distributions (MKL)
    histogram,  // the distribution of each channel of RGB
};

// Which frames the statistics of what is changed come from. The first matches every frame on its own.
enum class ColorBaseline { each_frame, all_frames, one_frame };

struct ColorTransferSettings {
    ColorMatch match = ColorMatch::reinhard;
    ColorBaseline baseline = ColorBaseline::each_frame;
    int64_t frame = 0;      // of ColorBaseline::one_frame; the last one when there are fewer
    double strength = 1.0;  // 0: as it was
};

// `target` and `reference` are [frames, h, w, 3]. With each_frame a frame takes the reference's of the same place, or
// its last. `done(i)` is called after every frame. The result is in 0..1.
Tensor transfer_color(const Tensor& target, const Tensor& reference, const ColorTransferSettings& settings,
                      const std::function<void(int64_t)>& done);

}  // namespace easel::inference
