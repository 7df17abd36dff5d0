// HunyuanVideo 1.5's networks that sharpen the latent of a video after it was enlarged (Tencent 2025). They keep its
// size.
#pragma once

#include "inference/tensor.hpp"
#include "inference/weights/weights.hpp"

#include <memory>

namespace easel::inference {

class HunyuanUpsampler {
public:
    virtual ~HunyuanUpsampler() = default;
    // [batch, channels, frames, h, w], as the autoencoder made it. (HunyuanVideo15SRModel.resample_latent)
    virtual Tensor operator()(const Tensor& latent) const = 0;
};

// Whether a file holds one, for 720 or for 1080 lines.
bool is_hunyuan_upsampler(const Weights& w);
// Throws MissingWeight.
std::shared_ptr<const HunyuanUpsampler> make_hunyuan_upsampler(const Weights& w);

}  // namespace easel::inference
