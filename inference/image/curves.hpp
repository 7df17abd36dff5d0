// Curves through points, as an editor draws them.
#pragma once

#include <cstddef>
#include <utility>
#include <vector>

namespace easel::inference {

enum class CurveKind { linear, smooth };

// `count` values of the curve from x = 0 to x = 1. `points` (x, y) rise in x; the curve is level outside them. A smooth
// one does not overshoot: a cubic between points, flat at their highs and lows. (Fritsch and Carlson 1980;
// comfy_api's MonotoneCubicCurve)
std::vector<float> curve_table(const std::vector<std::pair<double, double>>& points, CurveKind kind,
                               std::size_t count = 256);

}  // namespace easel::inference
