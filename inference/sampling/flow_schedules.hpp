// Schedules of flow models whose shift follows from the size of the picture.
#pragma once

#include "inference/sampling/parameterization.hpp"

#include <cstdint>

namespace easel::inference {

// The logarithm of the shift for `tokens`: linear, `base` at `base_tokens` and `most` at `most_tokens`.
double shift_for_tokens(double tokens, double base, double most, double base_tokens, double most_tokens);

// How many cells of all dimensions a latent [batch, channels, ...] has.
int64_t cells(const Tensor& latent);

// LTX-Video's. With `stretch` the last level above zero is `terminal`.
struct LtxvSchedule {
    int64_t steps = 20;
    double max_shift = 2.05, base_shift = 0.95;
    double tokens = 4096;  // cells of the latent
    bool stretch = true;
    double terminal = 0.1;
};
Sigmas ltxv_schedule(const LtxvSchedule& settings);

// FLUX.2's, for a picture of this size in pixels.
Sigmas flux2_schedule(int64_t steps, int64_t width, int64_t height);

// Ideogram 4's: levels are quantiles of a logistic-normal distribution with mean `mu`, moved by the picture's size, and
// deviation `std`.
Sigmas ideogram4_schedule(int64_t steps, int64_t width, int64_t height, double mu, double std);

}  // namespace easel::inference
