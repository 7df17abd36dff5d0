// What networks with more input channels than the latent read beside the noise: inpainting models the mask and the
// masked picture, editing models the picture to change.
#pragma once

#include "inference/models/network_input.hpp"
#include "inference/sampling/conditioning.hpp"

namespace easel::inference {

// [batch, concat channels, h, w] for the latents of `target`; undefined when the network has no such channels. One more
// channel than the latent means mask and picture, as many mean a picture. Throws ModelError for any other number.
// `channels` is how many channels that is, 0 for none. (BaseModel.concat_cond, IP2P.concat_cond)
Tensor concat_input(int64_t channels, const Condition& condition, const SamplingTarget& target);

// The mask of `condition`, or else that of the latent; nothing where there is neither.
const std::optional<Tensor>& mask_of(const Condition& condition, const SamplingTarget& target);

// As many members as `batch`, picked or repeated evenly. (comfy.utils.resize_to_batch_size)
Tensor spread_to_batch(const Tensor& tensor, int64_t batch);

}  // namespace easel::inference
