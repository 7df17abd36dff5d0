// Choosing one of several views of a scene, by their tokens.
#pragma once

#include "inference/vision/dino2/dino2.hpp"

namespace easel::inference {

// The number of the view that the others are placed against. `tokens` [views, dim].
// (comfy.ldm.depth_anything_3.reference_view_selector.select_reference_view)
int64_t choose_reference_view(const Tensor& tokens, ReferenceView strategy);

}  // namespace easel::inference
