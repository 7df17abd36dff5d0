// What S2V's nodes tell the network.
#pragma once

#include "inference/audio/encoder/sound_encoder.hpp"
#include "inference/models/wan/start_frames.hpp"
#include "inference/sampling/conditioning.hpp"

#include <optional>

namespace easel::inference::wan {

struct SpokenVideo {
    VideoSize size;
    int64_t batch = 1;
    int64_t first = 0;  // of the sound's frames, four for each latent frame
    std::optional<EncodedSound> sound = {};
    std::optional<Tensor> reference = {};       // a picture, [count, h, w, channels] as all of these
    std::optional<Tensor> control = {};         // a video of poses
    std::optional<Tensor> pixels_before = {};   // the frames before the video
    std::optional<Tensor> latents_before = {};  // or their latents
};

// Both sides of guidance; the negative one hears nothing. (wan_sound_to_video)
void tell_spoken(const Vae& vae, const SpokenVideo& video, Conditioning& positive, Conditioning& negative);

}  // namespace easel::inference::wan
