// Fitting a camera to points in space: least squares with one unknown.
#pragma once

#include "inference/tensor.hpp"

#include <functional>
#include <optional>
#include <vector>

namespace easel::inference::moge {

// The number from which `residuals` are smallest, looked for from `start` on by Levenberg's and Marquardt's method;
// ends when a step makes less than `tolerance` of the sum of squares. Steps are MINPACK's (lmdif), so that the result
// is the one of scipy.optimize.least_squares with method "lm", which stops as early.
double least_squares(const std::function<std::vector<double>(double)>& residuals, double start, double tolerance);

struct Camera {
    double focal;  // half the picture's diagonal being 1
    double shift;  // of all points along z
};

// The shift, and the focal length unless `focal` is given, with which `points` [height, width, 3] where `mask` is set
// are seen where their pixels are. (comfy.ldm.moge.geometry.recover_focal_shift)
Camera fit_camera(const Tensor& points, const Tensor& mask, std::optional<double> focal);

}  // namespace easel::inference::moge
