// USO's style projector (ByteDance 2025): three layers of SigLIP's features of a picture as tokens before Flux's text.
#pragma once

#include "inference/layers/linear.hpp"
#include "inference/layers/norm.hpp"
#include "inference/model_patches/model_patch.hpp"
#include "inference/models/model.hpp"
#include "inference/vision/clip_vision.hpp"

#include <array>

namespace easel::inference {

class StyleProjector final : public ModelPatch {
public:
    explicit StyleProjector(const Weights& w);

    // [batch, 3 * tokens, dim] of the features of a deep, a middle and an early layer, each [batch, patches, width].
    Tensor operator()(const Tensor& high, const Tensor& middle, const Tensor& low) const;
    const Weights& weights() const { return weights_; }

private:
    // Mixes patches into fewer tokens, then widens these.
    struct Level {
        Linear tokens, projection;
        LayerNorm norm;

        Level(const Weights& w, const std::string& name);
        Tensor operator()(const Tensor& features) const;
    };

    Weights weights_;
    std::array<Level, 3> levels_;  // high, middle, low
};

// Throws UserError when `picture` was not seen by SigLIP. (UsoStyleProjectorPatch)
Model with_style(const Model& model, std::shared_ptr<const StyleProjector> projector, const ClipVisionOutput& picture);

}  // namespace easel::inference
