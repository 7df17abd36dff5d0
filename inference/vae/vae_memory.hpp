// What autoencoders need beside their weights, and what happens when it is not there: pictures go through in tiles.
#pragma once

#include "inference/tensor.hpp"
#include "inference/vae/vae.hpp"

#include <cstddef>
#include <functional>

namespace easel::inference {

// The most that activations take for one picture of these planes [batch, channels, (frames,) h, w], or for one latent.
std::size_t encoding_bytes(const Autoencoder& network, at::IntArrayRef planes, const WeightTable* weights);
std::size_t decoding_bytes(const Autoencoder& network, at::IntArrayRef latent, const WeightTable* weights);

// `whole()` where the device of `weights` (may be null) has `activation_bytes`. Where it has not, or runs out of memory
// all the same, `in_tiles` with tiles of 512 pixels, then with smaller ones. Throws OutOfMemory when none fits.
Tensor whole_or_tiled(const WeightTable* weights, std::size_t activation_bytes, const std::function<Tensor()>& whole,
                      const std::function<Tensor(const Tiling&)>& in_tiles);

}  // namespace easel::inference
