// Pictures in overlapping tiles as MiniMax H3's autoencoder was trained to see them.
#pragma once

#include "inference/tensor.hpp"

#include <functional>

namespace easel::inference::minimax_vae {

// `function` of the last two dimensions of `x` in tiles of 256 pixels, which pass linearly from one to the next. A cell
// of `x` stands for `pixels_in` pixels of a side, one of the result for `pixels_out`.
Tensor in_tiles(const Tensor& x, int64_t pixels_in, int64_t pixels_out,
                const std::function<Tensor(const Tensor&)>& function);

// `next` with its beginning along `dimension` blended from the end of `before`, over `reach` cells at most.
Tensor passing_over(const Tensor& before, const Tensor& next, int64_t reach, int64_t dimension);

}  // namespace easel::inference::minimax_vae
