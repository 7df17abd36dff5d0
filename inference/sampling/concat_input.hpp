// What networks with more input channels than the latent read beside the noise: inpainting models the mask and the
// masked picture, editing models the picture to change.
#pragma once

#include "inference/models/model.hpp"
#include "inference/sampling/resolved_condition.hpp"

namespace easel::inference {

// [batch, concat channels, h, w] for the latents of `target`; undefined when the network has no such channels. One more
// channel than the latent means mask and picture, as many mean a picture. Throws ModelError for any other number.
// (BaseModel.concat_cond, IP2P.concat_cond)
Tensor concat_input(const Model& model, const Condition& condition, const SamplingTarget& target);

}  // namespace easel::inference
