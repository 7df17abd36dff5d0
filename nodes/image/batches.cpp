#include "nodes/image/batches.hpp"

#include "inference/image/resize.hpp"

#include <algorithm>

namespace easel::nodes {

Tensor batch_of(std::vector<Tensor> pictures) {
    std::int64_t channels = 0;
    for (const Tensor& picture : pictures)
        channels = std::max(channels, picture.size(3));
    for (Tensor& picture : pictures)
        if (picture.size(3) < channels) picture = at::constant_pad_nd(picture, {0, 1}, 1.0);

    const std::int64_t height = pictures.front().size(1), width = pictures.front().size(2);
    for (Tensor& picture : pictures)
        if (picture.sizes().slice(1) != pictures.front().sizes().slice(1))
            picture = inference::resize_image(picture, width, height, "bilinear", inference::Crop::center);
    return at::cat(pictures, 0);
}

Tensor batch_of_masks(std::vector<Tensor> masks) {
    const std::int64_t height = masks.front().size(1), width = masks.front().size(2);
    for (Tensor& mask : masks)
        if (mask.size(1) != height || mask.size(2) != width)
            mask = inference::resize(mask.unsqueeze(1), width, height, "bilinear", inference::Crop::center).squeeze(1);
    return at::cat(masks, 0);
}

std::vector<Tensor> separate_images(const List<Image>& images) {
    std::vector<Tensor> pictures;
    for (const Image& image : images)
        for (std::int64_t i = 0; i < image.pixels.size(0); ++i)
            pictures.push_back(image.pixels.slice(0, i, i + 1));
    return pictures;
}

}  // namespace easel::nodes
