// Preparing latents and conditions for LTX networks: pictures to begin with, and guides at any place of a video.
#pragma once

#include "inference/sampling/conditioning.hpp"
#include "inference/sampling/latent_image.hpp"
#include "inference/vae/vae.hpp"

#include <optional>

namespace easel::inference::ltxv {

// The latent's noise mask, or one of ones for each frame: [batch, 1, frames, 1 or h, 1 or w], the caller's own.
Tensor frame_mask(const LatentImage& latent);

// `latent` whose first frames are those of `pictures` [count, h, w, c], resized and encoded; noise takes part there by
// 1 - `strength`. Throws UserError for a VAE that is none for videos. (LTXVImgToVideo, LTXVImgToVideoInplace)
LatentImage begin_with(const Vae& vae, const LatentImage& latent, const Tensor& pictures, double strength);

struct GuidedVideo {
    Conditioning positive, negative;
    LatentImage latent;
};

struct NewGuide {
    Tensor pictures;             // [count, h, w, c], cut to 8 n + 1
    int64_t frame = 0;           // of the video; negative ones count from its end
    double strength = 1.0;       // above 1 only attention is changed
    std::optional<Tensor> mask;  // [frames, h, w]: where attention to it counts
    int64_t downscale = 1;       // the guide is made so much smaller and stands on every so many cells
};
// Appends the pictures' latent to the video's, and where it belongs to the conditions. Throws UserError when it does
// not fit. (LTXVAddGuide)
GuidedVideo with_guide(const Vae& vae, GuidedVideo video, const NewGuide& guide);

// Takes all guides off again. (LTXVCropGuides)
GuidedVideo without_guides(GuidedVideo video);

}  // namespace easel::inference::ltxv
