// Models taken to predict something else than they were trained for, or at other noise levels.
#pragma once

#include "inference/models/model.hpp"

#include <string_view>

namespace easel::inference {

// "eps", "v_prediction", "lcm", "x0", "img_to_img" or "img_to_img_flow", at the thousand levels of Stable Diffusion or,
// for "lcm", at fifty of them. `zero_snr` makes the last level nothing but noise. (ModelSamplingDiscrete)
Model sample_discrete(const Model& model, std::string_view prediction, bool zero_snr);
// "eps", "v_prediction", "edm", "edm_playground_v2.5" or "cosmos_rflow", at any level between the two. Throws UserError
// where they are not above zero. (ModelSamplingContinuousEDM)
Model sample_continuous_edm(const Model& model, std::string_view prediction, double sigma_min, double sigma_max);
Model sample_continuous_v(const Model& model, double sigma_min, double sigma_max);
// Rectified flow with a shift; the network's time is `multiplier` at pure noise. (ModelSamplingSD3)
Model sample_flow(const Model& model, double shift, double multiplier);
// Rectified flow with a shift of exp(mu). (ModelSamplingFlux)
Model sample_flux(const Model& model, double mu);
Model sample_cascade(const Model& model, double shift);
// The deviation of a flow model's noise. Throws UserError for other models. (ModelNoiseScale)
Model with_noise_scale(const Model& model, double noise_scale);

}  // namespace easel::inference
