// What is done to masks as sets of pixels when objects are followed through a film.
#pragma once

#include "inference/tensor.hpp"

#include <cstdint>
#include <vector>

namespace easel::inference::sam3 {

// How much masks [n, h, w] and [m, h, w] cover of each other, of both together or of the smaller, whichever is more:
// [n, m] in 0..1. A pixel above 0 belongs to a mask.
Tensor overlaps(const Tensor& masks, const Tensor& others);

// Numbers of the masks [n, h, w] that do not lie on a better one, the best first.
std::vector<int64_t> distinct(const Tensor& masks, const Tensor& scores);

// `masks` [n, 1, h, w], logits, with holes and specks of at most `size` pixels closed and dropped. Pixels belong
// together when their sides touch; a corner does not join them (ComfyUI joins at corners where OpenCV happens to be
// installed, which its own requirements do not ask for). Of a small object at most half is dropped.
Tensor without_specks(const Tensor& masks, int64_t size);

// Masks [..., h, w], whose width is a multiple of 8, with eight pixels in a byte; and back, as truth values.
Tensor packed_masks(const Tensor& masks);
Tensor unpacked_masks(const Tensor& packed);

}  // namespace easel::inference::sam3
