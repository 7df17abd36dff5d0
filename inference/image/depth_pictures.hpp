// Pictures of what is no picture: depth, confidence and the like.
#pragma once

#include "inference/tensor.hpp"

namespace easel::inference {

// Values in 0..1 [...] as the colours of Turbo (Mikhailov 2019), from dark blue over green to dark red: [..., 3].
// (comfy.ldm.colormap.turbo)
Tensor turbo_colors(const Tensor& values);

// The value below which a share `q` of `values` lies, interpolated between neighbours; a scalar. (torch.quantile,
// without its limit on how many values there may be)
Tensor quantile_of(const Tensor& values, double q);

// The same three times: grey [..., 3].
Tensor grey(const Tensor& values);

// The functions below take `depth` [batch, height, width], where farther is more.

// Near is white, per picture from the nearest to the farthest percent. Where there is sky (`sky` from 0.3 on; may be
// undefined) the result is black, and what is sky does not count. Of large pictures the reference looks at 100000
// random pixels; here it is all of them.
// (comfy.ldm.depth_anything_3.preprocess.normalize_depth_v2_style)
Tensor near_is_white(const Tensor& depth, const Tensor& sky);
// From the nearest to the farthest value.
Tensor stretched_near_is_white(const Tensor& depth);
// The sky as far away as the farthest percent of the rest. (preprocess.apply_sky_aware_clip)
Tensor with_sky_behind(const Tensor& depth, const Tensor& sky);

// From the least to the greatest value of each of [batch, height, width]; ones where they are all the same.
Tensor stretched(const Tensor& values);

}  // namespace easel::inference
