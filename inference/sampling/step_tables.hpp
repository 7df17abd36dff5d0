// Schedules that were searched for: tables of levels, stretched to other numbers of steps.
#pragma once

#include "inference/sampling/parameterization.hpp"

#include <cstdint>
#include <string_view>
#include <vector>

namespace easel::inference {

// "Align Your Steps" (arXiv 2404.14507) for "SD1", "SDXL" or "SVD". All three keep the last `denoise` share of `steps`
// steps and end at 0; none are left at 0. They throw UserError for what is not in their tables.
Sigmas align_your_steps(std::string_view model_type, int64_t steps, double denoise);
// GITS (arXiv 2405.11326): `coefficient` 0.80 to 1.50 in twentieths, from two steps on.
Sigmas gits(double coefficient, int64_t steps, double denoise);
// OptimalSteps (arXiv 2503.21774) for "FLUX", "Wan" or "Chroma".
Sigmas optimal_steps(std::string_view model_type, int64_t steps, double denoise);

// GITS' levels for 2 to 20 steps, from the most noise to the least; none for others.
std::vector<double> gits_levels(int64_t hundredths, int64_t steps);

}  // namespace easel::inference
