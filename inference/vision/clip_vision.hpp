// What CLIP_VISION links carry: a handle on a vision transformer that turns pictures into features. Three kinds share
// the layout: CLIP's (Radford et al. 2021) with a class token, SigLIP's (Zhai et al. 2023) without one, and SigLIP 2's
// for pictures of any aspect ratio. Which one it is follows from its weights.
#pragma once

#include "inference/tensor.hpp"
#include "inference/weights/weights.hpp"

#include <array>
#include <memory>
#include <vector>

namespace easel::inference {

// The features of a batch of pictures, float32 on the CPU.
struct ClipVisionOutput {
    Tensor last_hidden_state;          // [batch, tokens, dim]
    Tensor penultimate_hidden_states;  // [batch, tokens, dim]
    Tensor all_hidden_states;          // [batch, layers, tokens, dim]; SigLIP only, undefined otherwise
    Tensor image_embeds;               // [batch, projected dim]; SigLIP: [batch, tokens, dim]
    Tensor mm_projected;               // [batch, tokens, dim] for a language model that sees; undefined for most
    std::vector<std::array<int64_t, 3>> image_sizes;  // channels, height, width that the network saw of each picture
};

class ClipVisionNetwork;

class ClipVision {
public:
    // How a picture that is no square is made one: cut around its centre, or squeezed.
    enum class Fit { cut, squeeze };

    // An empty handle, for fields that are filled later; only assignment is allowed.
    ClipVision() = default;
    ClipVision(std::shared_ptr<const ClipVisionNetwork> network, std::shared_ptr<WeightTable> weights)
        : network_(std::move(network)), weights_(std::move(weights)) {}

    // `pixels` [batch, height, width, channels] in 0..1. (comfy.clip_vision.ClipVisionModel.encode_image)
    ClipVisionOutput encode(const Tensor& pixels, Fit fit) const;

    // The last hidden state of `planes` [batch, 3, height, width], which are normalised as the network wants them and
    // have any size that it takes.
    Tensor tokens_of(const Tensor& planes) const;

    // What the network runs on, for saving.
    const std::shared_ptr<WeightTable>& weights() const { return weights_; }

private:
    std::shared_ptr<const ClipVisionNetwork> network_;
    std::shared_ptr<WeightTable> weights_;
};

// The tensors of a vision model by the names that the network reads (`vision_model...`): OpenCLIP's are renamed and its
// fused projections taken apart. Empty when the file holds no vision model that is known.
TensorMap canonical_clip_vision(const TensorMap& tensors);

// `w` has the names of `canonical_clip_vision`; throws MissingWeight.
ClipVision load_clip_vision(const Weights& w);

}  // namespace easel::inference
