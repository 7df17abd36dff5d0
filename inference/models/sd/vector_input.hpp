// The vector that networks read beside the prompt: for Stable Diffusion XL the pooled prompt and, as sines and cosines,
// the sizes of the picture that the network is to imitate; for videos what the camera and the objects are to do.
#pragma once

#include "inference/models/network_input.hpp"
#include "inference/sampling/conditioning.hpp"

namespace easel::inference::sd {

// [batch, dim] in float32 for one condition.
using VectorInput = Tensor (*)(const Condition& condition, const SamplingTarget& target);

// Pooled prompt, then height, width, top, left, and the height and width of the target, 256 values each. Sizes that the
// condition does not give are those of the latent. Throws UserError when it has no pooled prompt. (SDXL.encode_adm)
Tensor sdxl_vector(const Condition& condition, const SamplingTarget& target);

// Pooled prompt, then height, width, top, left and an aesthetic score, which is 6 unless given and 2.5 on the negative
// side. (SDXLRefiner.encode_adm)
Tensor refiner_vector(const Condition& condition, const SamplingTarget& target);

// Which task is asked for: the depth of a picture. (Lotus.extra_conds)
Tensor lotus_vector(const Condition& condition, const SamplingTarget& target);

// Frames a second less one, how much moves, and the noise in the first picture, from the condition's `fps`,
// `motion_bucket_id` and `augmentation_level`. (SVD_img2vid.encode_adm)
Tensor svd_vector(const Condition& condition, const SamplingTarget& target);

// The noise in the picture alone. (SV3D_u.encode_adm)
Tensor orbit_vector(const Condition& condition, const SamplingTarget& target);

// The noise in the picture and where the camera is in each frame, from `elevation` and `azimuth` [frames] in degrees:
// [frames, dim]. (SV3D_p.encode_adm)
Tensor camera_vector(const Condition& condition, const SamplingTarget& target);

}  // namespace easel::inference::sd
