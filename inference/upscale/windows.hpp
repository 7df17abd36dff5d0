// Attention inside windows of a picture, as Swin transformers do it. Pictures are [batch, h, w, channels].
#pragma once

#include "inference/tensor.hpp"

#include <cstdint>

namespace easel::inference {

// [batch * windows, size * size, channels], windows row by row; and back. Sides must be multiples of `size`.
Tensor to_windows(const Tensor& x, int64_t size);
Tensor from_windows(const Tensor& windows, int64_t size, int64_t height, int64_t width);

// For two cells of a window, which row of a table [(2 * size - 1)^2, heads] holds their bias: [size^2, size^2].
Tensor relative_positions(int64_t size);
// A table's biases as [heads, size^2, size^2].
Tensor relative_bias(const Tensor& table, int64_t size);

// What keeps cells apart that only a cyclic shift brought into one window: 0 or -100, [windows, size^2, size^2].
Tensor shift_mask(int64_t height, int64_t width, int64_t size, int64_t shift, const at::TensorOptions& options);

}  // namespace easel::inference
