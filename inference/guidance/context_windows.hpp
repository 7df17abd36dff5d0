// Context windows: latents longer than a model was trained for are evaluated in overlapping parts along one dimension,
// whose pictures are blended.
#pragma once

#include "inference/models/model.hpp"

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace easel::inference {

struct ContextWindows {
    int64_t length = 16, overlap = 4;
    // Where the windows are: "standard_static" (the same at every step), "standard_uniform" (moving from step to step),
    // "looped_uniform" (moving, around the end) or "batched" (side by side).
    std::string schedule = "standard_static";
    int64_t stride = 1;        // of the uniform schedules: the longest distance of a window's frames is 2^(stride - 1)
    bool closed_loop = false;  // of the looped schedule
    // How overlapping windows are blended: "pyramid", "relative", "flat" or "overlap-linear".
    std::string blend = "pyramid";
    int64_t dimension = 0;        // of the latent
    bool shuffled_noise = false;  // FreeNoise (arXiv 2310.15169): later frames get the noise of earlier ones, shuffled
    // Frames that all windows see at these places, of the conditions and of the latent.
    std::vector<int64_t> kept_conditions = {}, kept_latent = {};
    bool splits_conditions = false;  // with several conditions, each window has the one for its part of the whole
    bool leads_in = true;            // windows that do not start at 0 also see the frame before, which is then dropped
};

// Throws UserError for windows that overlap by their whole length.
Model with_context_windows(const Model& model, const ContextWindows& windows);

// "0, 3": frames.
std::vector<int64_t> parse_frames(std::string_view text);

// The windows for `frames` frames at a step, as lists of frames. (comfy.context_windows)
std::vector<std::vector<int64_t>> window_frames(const ContextWindows& windows, int64_t frames, int64_t step);
// The weight of each frame of such a window.
std::vector<float> window_weights(const ContextWindows& windows, const std::vector<int64_t>& window, int64_t frames);

}  // namespace easel::inference
