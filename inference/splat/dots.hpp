// A quick picture of a splat: every Gaussian is a disc of its colour.
#pragma once

#include "inference/splat/splat.hpp"
#include "inference/vae/preview.hpp"

namespace easel::inference {

struct DotPicture {
    double yaw = 35, pitch = 30;  // degrees
    int64_t side = 320;           // pixels
    int64_t largest_radius = 3;   // pixels; the smallest is 1
};

// From a fixed distance towards the origin; nearer discs hide others. (comfy.ldm.triposplat.preview.render_splat)
RgbPreview dotted(const Splat& splat, const DotPicture& settings);

}  // namespace easel::inference
