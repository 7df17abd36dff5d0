// SDPose (Liang et al. 2025): features of a diffusion network become maps of how likely each of 133 points of a body is
// where, and the maps become points.
#pragma once

#include "inference/layers/conv.hpp"
#include "inference/models/model.hpp"
#include "inference/sampling/conditioning.hpp"
#include "inference/vae/vae.hpp"

#include <vector>

namespace easel::inference {

struct KeyPoint {
    float x, y;   // in pixels; -1 for a point that is nowhere
    float score;  // about 0..1
};
using KeyPoints = std::vector<KeyPoint>;

class HeatmapHead {
public:
    explicit HeatmapHead(const Weights& w);

    // Of the network's output blocks, those with so many channels are looked at.
    int64_t in_channels() const { return widening_.size(0); }

    // `features` [batch, channels, h, w] give maps [batch, points, 2 * h, 2 * w].
    Tensor operator()(const Tensor& features) const;

private:
    Weight widening_;  // of a transposed convolution, 4x4 with stride 2
    Conv2d inner_, last_;
};

// The places of the peaks of `maps` [points, 256, 192], between the cells, in pixels of a picture of 768 by 1024.
// (Zhang et al. 2020, DARK; comfy.ldm.modules.sdpose.HeatmapHead)
KeyPoints peaks_of(const Tensor& maps);

// The points of one body in each of `pixels` [batch, height, width, 3], stretched to what the model was trained on.
// `prompt` is what the model reads in place of a prompt. Throws ValueError when the model has no head.
// (SDPoseKeypointExtractor of the reference)
std::vector<KeyPoints> find_key_points(const Model& model, const Vae& vae, const Conditioning& prompt,
                                       const Tensor& pixels);

}  // namespace easel::inference
