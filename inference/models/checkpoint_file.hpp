// Checkpoints as they are written: a model with its text encoders and VAE under the names that loaders look for.
#pragma once

#include "inference/models/family.hpp"
#include "inference/vae/vae.hpp"
#include "inference/vision/clip_vision.hpp"
#include "inference/weights/save.hpp"

namespace easel::inference {

// `clip`, `vae` and `vision` may be null. (comfy.sd.save_checkpoint)
PendingTensors checkpoint_tensors(const Family& family, const Model& model, const TextEncoder* clip, const Vae* vae,
                                  const ClipVision* vision);

// The encoders of `clip` by their kinds ("clip_l"), each under its own names.
std::map<std::string, PendingTensors> encoder_tensors(const TextEncoder& clip);

}  // namespace easel::inference
