// Gives restored video frames the colours of what they were made from. (comfy/ldm/seedvr/color_fix.py)
#pragma once

#include "inference/tensor.hpp"

namespace easel::inference {

enum class ColorRestoration {
    lab,      // coarse colours by wavelets, then the distribution of each channel of L*a*b*
    wavelet,  // coarse colours of the reference, fine detail of the frame (StableSR)
    adain,    // mean and deviation of each channel
};

// `frames` and `reference` are [frames, 3, h, w] of one size in -1..1, and so is the result.
Tensor restore_color(const Tensor& frames, const Tensor& reference, ColorRestoration method);

}  // namespace easel::inference
