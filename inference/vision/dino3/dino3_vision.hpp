// DINOv3 (Siméoni et al. 2025) behind a CLIP_VISION link: a vision transformer with registers, whose patches know their
// places by rotation. ViT-L/16 and ViT-H/16+, which differ in their feed forward networks.
#pragma once

#include "inference/layers/linear.hpp"
#include "inference/layers/norm.hpp"
#include "inference/layers/rope.hpp"
#include "inference/vision/clip_vision_network.hpp"

#include <optional>
#include <vector>

namespace easel::inference {

class Dino3Vision : public ClipVisionNetwork {
public:
    // Keys as transformers names them: `embeddings`, `layer`, `norm`. Heads are 64 wide.
    explicit Dino3Vision(const Weights& w);

    static bool matches(const TensorMap& tensors);

    Tensor prepared(const Tensor& pixels, ClipVision::Fit fit) const override;
    // The class token, registers and patches; the sides of `prepared` are multiples of a patch's. `image_embeds` is
    // the class token. (comfy.image_encoders.dino3.DINOv3ViTModel)
    ClipVisionOutput operator()(const Tensor& prepared) const override;

private:
    struct Layer {
        LayerNorm norm1, norm2;
        Linear q, k, v, out, up, down;
        std::optional<Linear> gate;
        Weight scale1, scale2;  // [dim]

        explicit Layer(const Weights& w);
        // `x` [batch, tokens, dim]; the last tokens have places, one each in `places`.
        Tensor operator()(const Tensor& x, const Rope& places) const;
    };

    Weight patches_, patch_bias_, class_token_, registers_;
    std::vector<Layer> layers_;
    LayerNorm norm_;
};

}  // namespace easel::inference
