// What every sampling node does around `inference::sample`: progress, previews, interruption, the latent's bookkeeping.
#pragma once

#include "inference/sampling/sample.hpp"
#include "nodes/types.hpp"

#include <tuple>

namespace easel::nodes {

// Hooks that report each step as progress, with a preview where the options ask for one, and stop with the job.
inference::SampleHooks sampling_hooks(const Model& model, Context& context);

// Samples `request` and returns its latent with the new samples; noise mask and batch indices are kept.
Latent run_sampler(const Model& model, inference::SampleRequest request, Context& context);

// Samples a request in parts. Returns the finished latent and the picture that the last step stepped to, or the latent
// twice when there was no step.
std::tuple<Latent, Latent> run_custom_sampler(inference::CustomSampleRequest request, Context& context);

}  // namespace easel::nodes
