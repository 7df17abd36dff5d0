// Follows objects through a film: those that masks show in the first frame, and those that a text describes wherever
// they appear. (SAM31Tracker.track_video_with_detection of the reference)
#pragma once

#include "inference/vision/sam3/detector.hpp"
#include "inference/vision/sam3/tracker.hpp"
#include "inference/vision/sam3/vision_backbone.hpp"

#include <functional>
#include <map>
#include <optional>
#include <vector>

namespace easel::inference::sam3 {

class Film {
public:
    struct Parts {
        const VisionBackbone& backbone;
        const Detector& detector;
        const Segmenter& segmenter;
        const Tracker& tracker;
    };
    struct Text {
        Tensor text, mask;  // as the detector takes them
    };
    struct Wish {
        Tensor masks;  // [objects, h, w] of the first frame, 0..1; undefined for none
        std::vector<Text> texts;
        double threshold = 0.5;
        int64_t most = 0;          // objects; 0: as many as are dealt with at all
        int64_t detect_every = 1;  // frames
        int64_t frames = 1;
    };

    Film(Parts parts, Wish wish);

    // The masks of the next frame, `picture` [1, 3, picture_side, picture_side]: [objects, picture_side, picture_side],
    // logits. Undefined while there is no object.
    Tensor next(const Tensor& picture);
    // How sure each object is: 1 for those that masks showed.
    const std::vector<double>& scores() const { return scores_; }

private:
    struct Found {
        Tensor masks, scores;  // [count, h, w], [count]; undefined where nothing was looked for
    };

    int64_t objects() const { return static_cast<int64_t>(scores_.size()); }
    Found detected(const Tensor& trunk) const;
    const TrackedFrame& begin(const TrackedPicture& picture, const Tensor& trunk, const Tensor& masks,
                              double threshold);
    void hide_overlapping(Tensor& masks);
    void match(TrackedFrame& frame, const TrackedPicture& picture, const Found& found);
    void add(TrackedFrame& frame, const TrackedPicture& picture, const Tensor& masks);
    void keep(int64_t object, bool is_confirmed);

    Parts parts_;
    Wish wish_;
    TrackedHistory history_;
    int64_t index_ = 0;
    std::vector<double> scores_;
    std::vector<int64_t> alive_;         // how often each object was found of late; without texts nobody counts
    std::vector<int64_t> hidden_since_;  // the last frame in which each was not to be seen; -1 for none
};

}  // namespace easel::inference::sam3
