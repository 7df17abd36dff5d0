// Pictures of splats.
#pragma once

#include "inference/splat/camera.hpp"
#include "inference/splat/splat.hpp"

namespace easel::inference {

enum class SplatStyle {
    color,
    clay,    // grey, lit from above
    depth,   // near is bright; black where nothing is
    normal,  // of the surface: x right, y up, z towards the viewer, as colours
};

struct SplatRendering {
    int64_t width = 1024, height = 1024;
    double splat_scale = 1;  // of the Gaussians' size
    double sharpen = 1;      // as Screen's
    double headlight = 0;    // how much surfaces darken that are turned away from the camera
    SplatStyle style = SplatStyle::color;
    Tensor background;  // [3] or [height, width, 3] in 0..1
};

struct SplatPicture {
    Tensor pixels;    // [height, width, 3] in 0..1
    Tensor coverage;  // [height, width] in 0..1
};

// (RenderSplat of the reference)
SplatPicture rendered(const Splat& splat, const Camera& camera, const SplatRendering& settings);

}  // namespace easel::inference
