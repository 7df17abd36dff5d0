// UNets that go from a picture: to a video (Stable Video Diffusion, SV3D), to another view of it (Stable Zero123), to a
// larger one (Stable Diffusion's x4 upscaler).
#pragma once

#include "inference/models/sd/unet.hpp"

namespace easel::inference::sd {

// The frames of one video are the batch. The context is the picture's CLIP embedding, read beside the noise is the
// picture itself. (model_base.SVD_img2vid)
class VideoUNet : public UNet {
public:
    VideoUNet(const Weights& w, VectorInput vector) : UNet(w, {.vector = vector}) {}

    void set_inputs(NetworkInput& input, const Condition& condition, const SamplingTarget& target) const override;
};

// The context is the picture's CLIP embedding, in front of the camera's move; where the condition has both, one layer
// makes it as wide as the network wants. (model_base.Stable_Zero123)
class ViewUNet : public UNet {
public:
    explicit ViewUNet(const Weights& w) : UNet(w, {}), weights_(w), view_(w / "cc_projection") {}

    void set_inputs(NetworkInput& input, const Condition& condition, const SamplingTarget& target) const override;

private:
    Weights weights_;
    Linear view_;
};

// Beside the noise it reads a picture of three channels, to which noise may have been added: the condition's
// `concat_image` in -1..1 and `noise_augmentation` in 0..1. (model_base.SD_X4Upscaler)
class UpscalerUNet : public UNet {
public:
    explicit UpscalerUNet(const Weights& w) : UNet(w, {.heads = 8}) {}

    Tensor predict(const NetworkInput& input) const override;
    void set_inputs(NetworkInput& input, const Condition& condition, const SamplingTarget& target) const override;
};

}  // namespace easel::inference::sd
