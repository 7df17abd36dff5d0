// Schedulers: at which noise levels a given number of steps looks at the picture.
#pragma once

#include "inference/sampling/parameterization.hpp"

#include <cstdint>
#include <string>

namespace easel::inference {

// The levels from most noise to none for about `steps` steps: most schedulers give steps + 1 values, ddim_uniform and
// beta may give another number, as in the reference. Throws UserError for a name that is not in scheduler_names().
Sigmas schedule(const std::string& scheduler, const NoiseLevels& levels, int64_t steps);

}  // namespace easel::inference
