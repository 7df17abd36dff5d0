// Where the tokens of pictures and text lie, for Qwen-Image's rotary embedding: a plane for each picture, rows and
// columns counted from its middle, and text on the diagonal beyond the largest side.
#pragma once

#include "inference/layers/rope.hpp"
#include "inference/sampling/conditioning.hpp"
#include "inference/tensor.hpp"

#include <vector>

namespace easel::inference::qwen_image {

constexpr int64_t patch = 2;  // cells of the latent to a side

// A latent [batch, channels, frames, height, width] as tokens [batch, frames * rows * columns, channels * patch^2].
Tensor to_tokens(const Tensor& latent);
// The opposite, cut to `height` and `width`.
Tensor from_tokens(const Tensor& tokens, at::IntArrayRef latent);

// The rotary table of `text_tokens` tokens, then those of the picture `made` and of the references, each the sizes of a
// latent. (QwenImageTransformer2DModel.process_img)
Rope rope_of(int64_t text_tokens, at::IntArrayRef made, const std::vector<Tensor>& references, ReferenceMethod method);

}  // namespace easel::inference::qwen_image
