// BlazeFace (Bazarevsky et al. 2019, arXiv 1907.05047) finds faces: the network for faces near the camera, and the one
// for those farther away, which is a pyramid of features.
#pragma once

#include "inference/vision/face/layers.hpp"

#include <array>
#include <vector>

namespace easel::inference::face {

// In shares of the square around the picture's middle that the network looks at.
struct Detection {
    std::array<float, 4> box;      // left, top, right, bottom
    std::array<float, 12> places;  // x and y of the eyes, nose, mouth and ears
    float score;                   // 0..1
};

class Detector {
public:
    virtual ~Detector() = default;
    // The side of the square pictures that it looks at, in pixels.
    virtual int64_t side() const = 0;
    // The faces on `picture` [1, 3, side, side] in -1..1 with this score or a higher one, each only once: the likeliest
    // first. (run_detector_batch)
    std::vector<Detection> operator()(const Tensor& picture, double least_score) const;

protected:
    // What the network says of each place: {boxes and places [anchors, 16] in pixels from it, scores [anchors] before
    // the sigmoid}.
    struct Answers {
        Tensor offsets, scores;
    };
    virtual Answers answers(const Tensor& picture) const = 0;
    // The places in shares of the side, [anchors, 2].
    virtual Tensor anchors() const = 0;
};

class NearDetector : public Detector {
public:
    explicit NearDetector(const Weights& w);
    int64_t side() const override { return 128; }

protected:
    Answers answers(const Tensor& picture) const override;
    Tensor anchors() const override;

private:
    Conv stem_;
    std::vector<BlazeBlock> blocks_;
    Conv fine_scores_, coarse_scores_, fine_offsets_, coarse_offsets_;
};

class FarDetector : public Detector {
public:
    explicit FarDetector(const Weights& w);
    int64_t side() const override { return 192; }

protected:
    Answers answers(const Tensor& picture) const override;
    Tensor anchors() const override;

private:
    // Two convolutions within channels, each followed by one across them.
    struct Block {
        Conv within1, across1, within2, across2;

        Block(const Weights& w, int64_t stride);
        Tensor operator()(const Tensor& x) const;
    };

    Conv stem_;
    std::vector<Block> blocks_;
    std::vector<Conv> laterals_;
    Conv top_;
    std::vector<std::vector<Block>> decoder_;
    std::vector<Conv> reductions_;
    Conv score_, score_within_, offset_, offset_within_;
};

}  // namespace easel::inference::face
