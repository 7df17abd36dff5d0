// SAM 3 and 3.1 (Carion et al. 2025): find and cut out what a text, points or boxes mean.
#pragma once

#include "inference/models/model.hpp"
#include "inference/vision/sam3/detector.hpp"
#include "inference/vision/sam3/film.hpp"
#include "inference/vision/sam3/segmenter.hpp"
#include "inference/vision/sam3/track.hpp"
#include "inference/vision/sam3/vision_backbone.hpp"

#include <functional>
#include <optional>
#include <vector>

namespace easel::inference {

// One of the things that a prompt names.
struct NamedThing {
    Tensor text;       // [1, tokens, 1024]
    Tensor mask;       // [1, tokens], 1 where a token counts
    int64_t most = 1;  // how many of it are looked for
};

// Things that a prompt names, where they are several: CLIPTextEncode's condition carries it as "sam3_things".
struct NamedThings final : Attachment {
    std::vector<NamedThing> things;
};

// The things that a condition asks for.
std::vector<NamedThing> named_things(const Condition& condition);

// Loaded as a diffusion model is, and carried by the same links; sampling with it is refused.
class Sam3 final : public DiffusionModel {
public:
    explicit Sam3(const Weights& w);

    struct Request {
        std::vector<NamedThing> things;
        Tensor boxes;   // [count, 4]: centre and size, as shares of the picture; undefined for none
        Tensor points;  // [count, 2] and
        Tensor labels;  // [count], as SegmentPrompt has them; undefined for none
        double threshold = 0.5;
        int64_t refinements = 2;  // how often a mask is looked at again
    };
    struct Found {
        Tensor masks;   // [count, height, width], 0 or 1; points' and boxes' masks first
        Tensor boxes;   // [found, 4], corners in pixels, of what was found by a text
        Tensor scores;  // [found], 0..1
    };
    // `picture` [height, width, 3] in 0..1. (SAM3_Detect of the reference)
    Found find(const Tensor& picture, const Request& request) const;

    struct TrackRequest {
        Tensor masks;  // [objects, height, width] of the first frame, 0..1; undefined for none
        std::vector<NamedThing> things;
        double threshold = 0.5;
        int64_t most = 0;                            // objects; 0: as many as are dealt with at all
        int64_t detect_every = 1;                    // frames
        std::function<void(int64_t)> progress = {};  // told how many frames are done; may throw to stop
    };
    // Follows objects through `film` [frames, height, width, 3] in 0..1. Throws UserError for SAM 3, which cannot do
    // that; SAM 3.1 can. (SAM3_VideoTrack of the reference)
    ObjectTrack track(const Tensor& film, const TrackRequest& request) const;

    Tensor predict(const NetworkInput& input) const override;
    std::size_t activation_bytes(at::IntArrayRef latent) const override;

private:
    Tensor segmented(const std::vector<Tensor>& features, const sam3::SegmentPrompt& prompt, int64_t refinements) const;
    Tensor refined(const Tensor& picture, const Tensor& mask, const Tensor& box, int64_t refinements) const;

    at::Device device_;
    sam3::VisionBackbone backbone_;
    sam3::Detector detector_;
    sam3::Segmenter segmenter_;
    std::optional<sam3::Tracker> tracker_;
};

// The tensors of a SAM 3 network by the names that it reads; empty when they are none.
TensorMap sam3_tensors(const TensorMap& network);

}  // namespace easel::inference
