// Widening a picture for painting beyond its edges.
#pragma once

#include "inference/tensor.hpp"

#include <cstdint>

namespace easel::inference {

struct Margins {
    int64_t left = 0, top = 0, right = 0, bottom = 0;
};

struct Outpainting {
    Tensor pixels;  // [batch, h, w, c], grey (0.5) in the margins
    Tensor mask;    // [1, h, w], 1 in the margins, falling to 0 inside the picture
};

// `pixels` [batch, h, w, c] with margins around. Along the edges that have a margin the mask falls quadratically over
// `feathering` pixels, unless the picture is too small for that. (ImagePadForOutpaint)
Outpainting pad_for_outpainting(const Tensor& pixels, const Margins& margins, int64_t feathering);

}  // namespace easel::inference
