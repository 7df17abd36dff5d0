// The picture that models like Stable Video Diffusion start from, as they read it.
#pragma once

#include "nodes/types.hpp"
#include "nodes/vision/vision_sockets.hpp"

#include <functional>

namespace easel::nodes {

struct StartPicture {
    Tensor embedding;  // [1, pictures, dim], of its CLIP vision model
    Tensor latent;     // [pictures, channels, height, width]
};

// `image` as `vision` sees it and, brought to `width` by `height` pixels and with `noise` of that deviation, as `vae`
// encodes it.
StartPicture start_picture(const inference::ClipVision& vision, const Vae& vae, const Image& image, int64_t width,
                           int64_t height, double noise = 0.0);

// What leads towards the picture, and zeros for the other side of guidance.
struct PictureSides {
    Conditioning positive, negative;
};
// `context` is what the positive side reads; `extra` goes to both.
PictureSides picture_sides(const StartPicture& start, const Tensor& context,
                           const std::map<std::string, Tensor, std::less<>>& extra = {});

// `count` empty latents of `width` by `height` pixels.
Latent empty_frames(int64_t count, int64_t width, int64_t height);

}  // namespace easel::nodes
