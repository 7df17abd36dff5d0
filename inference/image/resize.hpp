// Resizing of pictures, masks and latents with the numbers of the reference: torch's interpolation modes, Pillow's
// Lanczos and the spherical interpolation of latents.
#pragma once

#include "inference/tensor.hpp"

#include <array>
#include <cstdint>
#include <string_view>

namespace easel::inference {

enum class Crop { none, center };

// The choices of nodes that scale pictures and of those that scale latents, in the reference's order.
inline constexpr std::array<std::string_view, 5> image_resize_methods{"nearest-exact", "bilinear", "area", "bicubic",
                                                                      "lanczos"};
inline constexpr std::array<std::string_view, 5> latent_resize_methods{"nearest-exact", "bilinear", "area", "bicubic",
                                                                       "bislerp"};

// Resizes the last two dimensions of [batch, channels, height, width] (or [batch, channels, frames, height, width]) to
// `height` by `width`. Crop::center first cuts to the new aspect ratio. `method` is any name of the two lists above
// or "nearest";
// lanczos goes through 8 bits a channel, as in the reference, so it is meant for pictures in 0..1 with 1, 3 or 4
// channels. Throws UserError for another name. (comfy.utils.common_upscale)
Tensor resize(const Tensor& samples, int64_t width, int64_t height, std::string_view method, Crop crop = Crop::none);

// The same for pictures [batch, height, width, channels].
Tensor resize_image(const Tensor& pixels, int64_t width, int64_t height, std::string_view method,
                    Crop crop = Crop::none);

// A mask [.., h, w] as [batch, channels, (frames,) height, width] of `shape`, or one [.., n] as [batch, channels,
// cells]: resized linearly, channels and batch repeated.
// (comfy.utils.reshape_mask)
Tensor reshape_mask(const Tensor& mask, at::IntArrayRef shape);

// Repeats or cuts the first dimension to `batch` elements. (comfy.utils.repeat_to_batch_size)
Tensor repeat_to_batch(const Tensor& tensor, int64_t batch);

}  // namespace easel::inference
