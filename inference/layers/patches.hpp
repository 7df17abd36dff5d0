// Pictures as sequences of square patches, and back: what transformers read.
#pragma once

#include "inference/tensor.hpp"

namespace easel::inference {

// `x` [batch, channels, height, width] with as much of its beginning repeated behind each side's end as fills the last
// patch. (comfy.ldm.common_dit.pad_to_patch_size)
Tensor padded_to_patches(const Tensor& x, int64_t patch);

// In which order the values of one patch come.
enum class PatchOrder {
    channels_first,  // channel, row, column
    channels_last,   // row, column, channel
};

// [batch, channels, height, width], whole patches, as [batch, patches, values], row by row.
Tensor to_patches(const Tensor& x, int64_t patch, PatchOrder order);

// The opposite: [batch, patches, values] as [batch, channels, rows * patch, columns * patch].
Tensor from_patches(const Tensor& tokens, int64_t rows, int64_t columns, int64_t patch, PatchOrder order);

}  // namespace easel::inference
