// The pictures that a video begins or ends with, as Wan's networks take them.
#pragma once

#include "inference/sampling/latent_image.hpp"
#include "inference/vae/vae.hpp"

#include <optional>

namespace easel::inference::wan {

struct VideoSize {
    int64_t width, height, frames;  // in pixels
};

// [batch, channels, frames / 4 rounded up, height / ratio, width / ratio], zeros.
Tensor empty_video(int64_t batch, int64_t channels, int64_t ratio, const VideoSize& size);

// As many of `pixels` [count, h, w, channels] as the video has frames, in its size; what is too wide or too high is
// cut.
Tensor fitted(const Tensor& pixels, const VideoSize& size);

// A video whose other frames are grey, encoded, and a mask over its latent frames (one channel, or one for each of the
// four frames that a latent frame holds): 0 where it is given.
struct GivenFrames {
    Tensor latent, mask;
};
// `first` and `last` [count, h, w, channels] of any size. (WanImageToVideo, WanFirstLastFrameToVideo)
GivenFrames given_first(const Vae& vae, const Tensor& first, const VideoSize& size);
GivenFrames given_ends(const Vae& vae, const std::optional<Tensor>& first, const std::optional<Tensor>& last,
                       const VideoSize& size);

// What the 5B model starts from: a latent that holds the first frames, and a noise mask over the rest.
// (Wan22ImageToVideoLatent)
LatentImage start_latent(const Vae& vae, const std::optional<Tensor>& first, const VideoSize& size, int64_t batch);

}  // namespace easel::inference::wan
