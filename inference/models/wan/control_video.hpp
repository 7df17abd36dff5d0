// Videos and pictures that a new video is to keep to, as Wan's variants take them.
#pragma once

#include "inference/models/wan/start_frames.hpp"

#include <optional>
#include <vector>

namespace easel::inference::wan {

// What Fun Control models read beside the noise: the video to follow and the first frames, both encoded, as [batch,
// 2 * channels, frames, h, w]; what is not given is empty. Pictures are [count, h, w, channels] of any size.
// (WanFunControlToVideo)
Tensor followed_video(const Vae& vae, const std::optional<Tensor>& control, const std::optional<Tensor>& first,
                      const VideoSize& size, int64_t batch);

// The first frames, encoded, and empty ones after them. (WanCameraImageToVideo)
Tensor video_from(const Vae& vae, const std::optional<Tensor>& first, const VideoSize& size, int64_t batch);

// 0 for the first `given` frames and 1 for the others, in a channel for each of the four frames that a latent frame
// holds: [1, 4, frames, h, w].
Tensor mask_after(int64_t given, at::IntArrayRef latent);

// One video for VACE: what stays and what may change, encoded, and 64 channels with the mask's pixels.
struct KeptVideo {
    Tensor latent;             // [1, 32 + 64, frames, h, w]
    int64_t reference_frames;  // how many of them, at the beginning, are the reference picture
};
// `mask` [count, h, w] is 1 where the video may change; without one that is everywhere. (WanVaceToVideo)
KeptVideo kept_video(const Vae& vae, const std::optional<Tensor>& video, const std::optional<Tensor>& mask,
                     const std::optional<Tensor>& reference, const VideoSize& size);

// Every picture by itself, encoded, as frames that follow a video: [1, channels, count, h, w].
// (WanPhantomSubjectToVideo)
Tensor subjects(const Vae& vae, const Tensor& pictures, const VideoSize& size);

// A video [count, h, w, channels] with sides that are multiples of sixteen, the longer one at most `longest`.
// (BerniniConditioning)
Tensor within(const Tensor& video, int64_t longest);

// Nothing, in the scale of the autoencoder.
Tensor empty_latent(at::IntArrayRef shape);

}  // namespace easel::inference::wan
