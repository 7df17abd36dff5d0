// VAEs for sound as their nodes use them: waveforms [batch, channels, samples] at any rate, and latents.
#pragma once

#include "inference/vae/vae.hpp"

#include <cstdint>

namespace easel::inference {

struct Sound {
    Tensor waveform;  // [batch, channels, samples], float32 on the CPU
    int64_t sample_rate = 44100;
};

// The sound resampled to what the VAE knows, cut around its middle to whole latent cells, one channel doubled where it
// takes two. Throws UserError for a VAE of pictures. (VAEEncodeAudio)
Tensor encode_sound(const Vae& vae, const Sound& sound);

// As the network makes it. (VAE.decode)
Sound decode_sound(const Vae& vae, const Tensor& latent);
// In tiles of so many latent cells that fade into each other.
struct SoundTiling {
    int64_t tile = 512, overlap = 64;
};
Sound decode_sound_tiled(const Vae& vae, const Tensor& latent, const SoundTiling& tiling);

// Loud sounds brought down to a deviation of a fifth. (VAEDecodeAudio)
Sound levelled(Sound sound);

}  // namespace easel::inference
