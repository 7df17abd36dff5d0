// RT-DETRv4 (Liao et al. 2025) finds things of the 80 classes of the COCO data set in pictures.
#pragma once

#include "inference/models/model.hpp"
#include "inference/vision/rt_detr/backbone.hpp"
#include "inference/vision/rt_detr/decoder.hpp"

#include <array>
#include <string_view>
#include <vector>

namespace easel::inference {

// The names of the classes, by number.
extern const std::array<std::string_view, 80> coco_classes;

struct Detection {
    double x, y, width, height;  // in pixels of the picture
    std::size_t label;           // of coco_classes
    double score;                // 0..1
};

// Loaded as a diffusion model is, and carried by the same links; sampling with it is refused.
class RtDetr final : public DiffusionModel {
public:
    explicit RtDetr(const Weights& w);

    // What is seen on each of `pixels` [batch, height, width, 3] in 0..1, likeliest first, scores above `threshold`.
    // (RTDETR_detect of the reference)
    std::vector<std::vector<Detection>> detect(const Tensor& pixels, double threshold) const;

    // `pictures` [batch, 3, 640, 640].
    rt_detr::Decoder::Result operator()(const Tensor& pictures) const;

    Tensor predict(const NetworkInput& input) const override;
    std::size_t activation_bytes(at::IntArrayRef latent) const override;

private:
    rt_detr::Backbone backbone_;
    rt_detr::Encoder encoder_;
    rt_detr::Decoder decoder_;
};

}  // namespace easel::inference
