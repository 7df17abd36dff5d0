// The vision transformers of CLIP and SigLIP.
#pragma once

#include "inference/layers/linear.hpp"
#include "inference/layers/norm.hpp"
#include "inference/vision/clip_vision.hpp"

#include <optional>
#include <vector>

namespace easel::inference {

class ClipVisionNetwork {
public:
    explicit ClipVisionNetwork(const Weights& w);

    // `pixels` [batch, height, width, channels] in 0..1 as the network wants them: [batch, 3, height, width], scaled to
    // its size and normalised.
    Tensor prepared(const Tensor& pixels, ClipVision::Fit fit) const;
    ClipVisionOutput operator()(const Tensor& prepared) const;

private:
    enum class Kind { clip, siglip, siglip2 };

    struct Layer {
        LayerNorm norm1, norm2;
        Linear q, k, v, out, fc1, fc2;

        explicit Layer(const Weights& w);
    };
    struct Projector {  // LLaVA's
        Linear first, second;
    };

    Tensor embedded(const Tensor& pixels) const;
    void run(const Layer& layer, Tensor& x) const;
    Tensor activated(const Tensor& x) const;

    Kind kind_;
    Weight patches_, patch_bias_, class_token_, positions_;
    int64_t patch_, heads_;
    std::optional<LayerNorm> norm_before_;
    std::vector<Layer> layers_;
    LayerNorm norm_after_;
    Weight projection_;
    std::optional<Projector> projector_;
};

}  // namespace easel::inference
