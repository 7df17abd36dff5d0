// How VOID, which takes things out of videos, is sampled.
#pragma once

#include "inference/sampling/sampler.hpp"

namespace easel::inference::cogvideo {

// DDIM (Song et al. 2021) on x = sqrt(a) picture + sqrt(1 - a) noise with a = 1 / (1 + sigma^2), which starts from the
// noise as it is drawn. (nodes_void.VOID_DDIM)
Sampler variance_keeping_ddim();

}  // namespace easel::inference::cogvideo
