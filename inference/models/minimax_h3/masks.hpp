// Noise masks as MiniMax H3 reads them: one value for each token of the video and each moment of the sound, 1 where all
// is to be made.
#pragma once

#include "inference/sampling/latent_streams.hpp"
#include "inference/tensor.hpp"

#include <vector>

namespace easel::inference::minimax_h3 {

// The masks of video and sound, [1, channels, ...] as the latents, with the largest value of each token in all its
// cells, rounded up to 256ths.
std::vector<Tensor> masks_of_tokens(const Tensor& mask, const StreamShapes& shapes);

// [tokens of the video] and [2 * moments] in the sequence's order; undefined where all is to be made.
struct TokenMasks {
    Tensor video, sound;
};
TokenMasks token_masks(const Tensor& mask, const StreamShapes& shapes);

}  // namespace easel::inference::minimax_h3
