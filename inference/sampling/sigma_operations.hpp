// What nodes do to schedules.
#pragma once

#include "inference/sampling/parameterization.hpp"

#include <cstdint>
#include <string>
#include <string_view>

namespace easel::inference {

struct SplitSchedule {
    Sigmas high, low;
};
// Parts that share the level of `step`; nothing is low past the end.
SplitSchedule split_at(const Sigmas& sigmas, int64_t step);
// The low part has the last `denoise` share of the steps. Without any, high is empty, as in the reference.
SplitSchedule split_by_denoise(const Sigmas& sigmas, double denoise);

// The values of a tensor, in its order.
Sigmas to_sigmas(const Tensor& values);

// From little noise to much: what adds noise to a picture by sampling. A first level of 0 becomes 0.0001.
Sigmas flipped(Sigmas sigmas);
// Throws UserError when there is no level.
Sigmas with_first(Sigmas sigmas, double first);

// Cuts every step that starts between the two levels into `steps`, evenly ("linear"), with more levels at its end
// ("cosine") or at its start ("sine"). `from` below 0 is no limit.
struct Extension {
    int64_t steps = 2;
    double from = -1.0, to = 12.0;
    std::string_view spacing = "linear";
};
Sigmas extended(const Sigmas& sigmas, const Extension& extension);

// The numbers in a text, whatever is between them. Throws UserError for what looks like a number and is none.
Sigmas parse_sigmas(const std::string& text);

}  // namespace easel::inference
