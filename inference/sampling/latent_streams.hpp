// Several latents sampled as one: samplers see a row of numbers [batch, 1, values], networks take it apart again.
#pragma once

#include "inference/sampling/latent_image.hpp"
#include "inference/tensor.hpp"

#include <cstdint>
#include <vector>

namespace easel::inference {

using StreamShapes = std::vector<std::vector<int64_t>>;

// The shapes of `latent`'s samples and streams; empty when there are no streams.
StreamShapes stream_shapes(const LatentImage& latent);

// Tensors of one batch size as a row; one tensor stays as it is. (comfy.utils.pack_latents)
Tensor pack_streams(const std::vector<Tensor>& tensors);
// The opposite, for shapes whose first number does not count. Without shapes the row is the only tensor.
std::vector<Tensor> unpack_streams(const Tensor& row, const StreamShapes& shapes);

// `latent` with these samples in place of its own, in the order of stream_shapes.
LatentImage with_samples(LatentImage latent, const std::vector<Tensor>& samples);

// The masks of all streams at their latents' sizes as one, ones for streams without any; undefined when none has one.
Tensor packed_mask(const LatentImage& latent);

}  // namespace easel::inference
