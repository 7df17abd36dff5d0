// How Gemma 3 looks at pictures (Gemma Team 2025, arXiv 2503.19786): SigLIP's transformer over a square picture, whose
// patches are averaged to 256 vectors of the language model's width.
#pragma once

#include "inference/text/vision/picture_reader.hpp"
#include "inference/vision/clip_vision_network.hpp"

namespace easel::inference {

class GemmaVision : public PictureReader {
public:
    // `w` has `vision_model.` and `multi_modal_projector.`; throws MissingWeight.
    explicit GemmaVision(const Weights& w);

    // Pictures of the batch take their places one behind the other, 256 vectors each. (Gemma3_12B.preprocess_embed)
    SeenPicture operator()(const Tensor& picture) const override;
    // Pictures are read as words are, one vector after the other.
    Tensor positions(const std::vector<EmbeddedPrompt::Span>& spans, const std::vector<PatchGrid>& grids,
                     const Tensor& mask) const override;

private:
    Weights weights_;
    ClipTransformer network_;
    Weight norm_, projection_;  // [vision dim], [vision dim, dim]
};

}  // namespace easel::inference
