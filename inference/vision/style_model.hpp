// What STYLE_MODEL links carry: Flux Redux, which turns the features of a picture into tokens beside those of a prompt.
#pragma once

#include "inference/layers/linear.hpp"
#include "inference/sampling/conditioning.hpp"
#include "inference/vision/clip_vision.hpp"

#include <memory>

namespace easel::inference {

class StyleModel {
public:
    // An empty handle, for fields that are filled later; only assignment is allowed.
    StyleModel() = default;
    // `w` holds redux_up and redux_down; throws MissingWeight.
    explicit StyleModel(const Weights& w);

    // All pictures' tokens one after the other: [1, tokens, dim] in float32.
    Tensor tokens(const ClipVisionOutput& picture) const;

private:
    struct Layers {
        Linear up, down;
        std::shared_ptr<WeightTable> weights;
    };
    std::shared_ptr<const Layers> layers_;
};

// `conditioning` with `tokens` [1, n, dim] behind each prompt. Attention of all other tokens to them is biased by the
// logarithm of `attention`; 1 changes nothing. (nodes.StyleModelApply)
Conditioning with_style(const Conditioning& conditioning, const Tensor& tokens, double attention);

}  // namespace easel::inference
