#include "nodes/conditioning/from_picture/start_picture.hpp"

#include "inference/image/resize.hpp"

#include <ATen/ops/randn_like.h>
#include <ATen/ops/zeros.h>
#include <ATen/ops/zeros_like.h>

namespace easel::nodes {

StartPicture start_picture(const inference::ClipVision& vision, const Vae& vae, const Image& image, int64_t width,
                           int64_t height, double noise) {
    const Tensor embedding = vision.encode(image.pixels, inference::ClipVision::Fit::cut).image_embeds;
    Tensor pixels = inference::resize_image(image.pixels, width, height, "bilinear", inference::Crop::center);
    pixels = pixels.slice(-1, 0, 3);
    if (noise > 0.0) pixels = pixels + at::randn_like(pixels) * noise;
    return {embedding.unsqueeze(0), vae.encode(pixels)};
}

PictureSides picture_sides(const StartPicture& start, const Tensor& context,
                           const std::map<std::string, Tensor, std::less<>>& extra) {
    inference::Condition positive{.cross = context}, negative{.cross = at::zeros_like(start.embedding)};
    positive.concat_latent_image = start.latent;
    negative.concat_latent_image = at::zeros_like(start.latent);
    positive.extra = negative.extra = extra;
    return {{positive}, {negative}};
}

Latent empty_frames(int64_t count, int64_t width, int64_t height) {
    return {.samples = at::zeros({count, 4, height / 8, width / 8})};
}

}  // namespace easel::nodes
