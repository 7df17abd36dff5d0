// Changes to guidance: what becomes of the pictures that a model sees with and without the prompt. Each returns a copy
// of the handle that guides so; several can be stacked.
#pragma once

#include "inference/image/latent_operations.hpp"
#include "inference/models/model.hpp"
#include "inference/sampling/conditioning.hpp"

namespace easel::inference {

// Scales the guided velocity to the deviation of the positive one, by the share `multiplier` (arXiv 2305.08891). Flow
// models are rescaled as pictures.
Model rescale_cfg(const Model& model, double multiplier);

// No guidance at levels from `cfg_trunc` on; where `renorm` is above 0 the guided picture is at most that much longer
// than the positive one. (Lumina 2)
Model renorm_cfg(const Model& model, double cfg_trunc, double renorm);

// Guidance that grows along the batch (the frames of a video) from `min_cfg` to the sampler's cfg, or rises to it in
// the middle and falls again.
enum class FrameRamp { linear, triangle };
Model frame_ramp_cfg(const Model& model, double min_cfg, FrameRamp ramp);

// Takes the best multiple of the negative prediction in place of the prediction itself (arXiv 2503.18886).
Model cfg_zero_star(const Model& model);

// Limits each cell of the guided picture to the length of the positive one, then multiplies by `strength`; or, before
// guidance, gives the guided noise the length of the positive noise by the share `strength`.
enum class NormOf { picture, noise };
Model cfg_norm(const Model& model, double strength, NormOf norm);

// Drops what of the negative noise is not along the direction that both sides share (arXiv 2503.18137).
Model tangential_damping(const Model& model);

// Adaptive projected guidance (arXiv 2410.02416): `eta` of the part along the positive picture, at most
// `norm_threshold` long (0: any length), with a running average of weight `momentum` (0: none).
struct ProjectedGuidance {
    double eta = 1.0;
    double norm_threshold = 5.0;
    double momentum = 0.0;
};
Model projected_guidance(const Model& model, const ProjectedGuidance& settings);

// Scales guidance by frequency (arXiv 2504.02154): `low` within `cutoff` cells of the spectrum's middle, `high` beyond.
struct FrequencyGuidance {
    double low = 1.0, high = 1.25;
    int64_t cutoff = 20;
};
Model frequency_guidance(const Model& model, const FrequencyGuidance& settings);

// Follows the direction of the positive picture the more, the more both sides agree.
Model mahiro(const Model& model);

// Perp-Neg as a change to plain guidance.
Model with_perp_neg(const Model& model, const Conditioning& empty, double neg_scale);

// Divides the predicted noise (arXiv 2308.15321).
Model epsilon_scaling(const Model& model, double factor);

// Multiplies the predicted noise by a factor that goes from 1 at much noise to `k` at none; `sigma` sets where (arXiv
// 2510.01184).
Model temporal_score_rescaling(const Model& model, double k, double sigma);

// Puts guidance itself, positive minus negative, through a function on latents.
Model operation_on_guidance(const Model& model, const LatentOperation& operation);

// Another cfg for a part of the schedule.
Model override_cfg(const Model& model, double cfg, double start_percent, double end_percent);

}  // namespace easel::inference
