// Schedulers: at which noise levels a given number of steps looks at the picture.
#pragma once

#include "inference/sampling/parameterization.hpp"

#include <cstdint>
#include <string>

namespace easel::inference {

// The levels from most noise to none for about `steps` steps: most schedulers give steps + 1 values, ddim_uniform and
// beta may give another number, as in the reference. Throws UserError for a name that is not in scheduler_names().
Sigmas schedule(const std::string& scheduler, const NoiseLevels& levels, int64_t steps);

// The same for the last `denoise` share of a longer schedule, in `steps` steps; none at 0. (BasicScheduler)
Sigmas schedule_end(const std::string& scheduler, const NoiseLevels& levels, int64_t steps, double denoise);

// Schedules with their own ends, most of them followed by 0. They throw UserError for ends that they cannot start from.
// Karras et al. (2022), equation 5.
Sigmas karras_schedule(int64_t steps, double sigma_min, double sigma_max, double rho);
// Even steps in log(sigma), and that line to the power of `rho`.
Sigmas exponential_schedule(int64_t steps, double sigma_min, double sigma_max);
Sigmas polyexponential_schedule(int64_t steps, double sigma_min, double sigma_max, double rho);
// Quantiles of a Laplace distribution of log(sigma) (arXiv 2407.03297); no 0 at the end.
Sigmas laplace_schedule(int64_t steps, double sigma_min, double sigma_max, double mu, double beta);
// The continuous variance-preserving process (Song et al. 2021) from time 1 to `eps`.
Sigmas vp_schedule(int64_t steps, double beta_d, double beta_min, double eps);
// Quantiles of a beta distribution over the levels (arXiv 2407.12173).
Sigmas beta_schedule(const NoiseLevels& levels, int64_t steps, double alpha, double beta);
// Every hundredth timestep of a thousand, from the share `denoise` of them on.
Sigmas sd_turbo_schedule(const NoiseLevels& levels, int64_t steps, double denoise);

}  // namespace easel::inference
