// Four-bit weights, two in a byte, as ComfyUI's 4-bit formats keep them (comfy_kitchen: convrot_w4a4, w4a8_int8).
#pragma once

#include "inference/weights/encoded.hpp"

namespace easel::inference {

struct Nibbles {
    Tensor packed;     // bytes [rows, columns / 2], the first of two in the low bits
    Tensor numbers;    // what each of the 16 patterns stands for
    Tensor row_scale;  // one a row
    // [rows, groups], or undefined: a group of columns times its scale is rounded to a whole number of -127 to 127
    // first.
    Tensor group_scale = {};
};

// Throws ModelError where the parts do not fit each other.
std::shared_ptr<const Encoding> nibble_values(Nibbles weight);

// -8 to 7: as two's complement, and counted from the lowest.
Tensor signed_nibbles();
Tensor shifted_nibbles();

}  // namespace easel::inference
