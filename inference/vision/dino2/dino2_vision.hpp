// DINOv2 behind a CLIP_VISION link, as Hunyuan3D's checkpoints bring it.
#pragma once

#include "inference/vision/clip_vision_network.hpp"
#include "inference/vision/dino2/dino2.hpp"

namespace easel::inference {

class Dino2Vision : public ClipVisionNetwork {
public:
    explicit Dino2Vision(const Weights& w) : network_(w) {}

    Tensor prepared(const Tensor& pixels, ClipVision::Fit fit) const override;
    // `image_embeds` is the class token.
    ClipVisionOutput operator()(const Tensor& prepared) const override;

private:
    Dino2 network_;
};

}  // namespace easel::inference
