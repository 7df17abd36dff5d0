// Draws Gaussians on a screen: each counts at a pixel by its largest density along that pixel's ray (Hahlbohm et al.
// 2024, "Efficient perspective-correct 3D Gaussian splatting"). What lies at about one depth is blended without regard
// to order, and such slabs one behind the other.
#pragma once

#include "inference/tensor.hpp"

#include <array>
#include <vector>

namespace easel::inference {

// A Gaussian in the camera's frame (x right, y down, z forward).
struct Footprint {
    float x = 0, y = 0;  // the pixel of its centre
    int64_t reach = 0;   // pixels to each side that it may touch
    // The inverse covariance; those of two axes are doubled.
    float xx = 0, yy = 0, zz = 0, xy2 = 0, xz2 = 0, yz2 = 0;
    std::array<float, 3> center{};    // the mean
    std::array<float, 3> weighted{};  // the inverse covariance times the mean
    float squared = 0;                // the mean times that
    float opacity = 0;
    std::array<float, 3> color{}, normal{};
};

struct Screen {
    int64_t width = 0, height = 0;
    // Pixels to one unit: at depth 1, or at every depth where lines of sight are parallel.
    float scale = 1;
    bool is_orthographic = false;
    // 1: where Gaussians of a slab overlap, their colours mix by opacity; above, by that power of it.
    double sharpen = 1;
};

// Sums along the rays. What no Gaussian covers is zero in all but `transmittance`.
struct Composite {
    Tensor color;          // [h, w, 3]
    Tensor depth;          // [h, w]
    Tensor normal;         // [h, w, 3]
    Tensor transmittance;  // [h, w]: how much of the background shows
};

// `slabs` are where each slab begins in `footprints`, front to back, and the end of the last one.
Composite composited(const std::vector<Footprint>& footprints, const std::vector<int64_t>& slabs, const Screen& screen);

}  // namespace easel::inference
