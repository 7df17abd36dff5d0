// The part of SAM 3 that cuts out what points, a box or a rough mask show. (Kirillov et al. 2023; Ravi et al. 2024)
#pragma once

#include "inference/layers/conv.hpp"
#include "inference/layers/norm.hpp"
#include "inference/vision/sam3/layers.hpp"
#include "inference/vision/sam3/two_way.hpp"

#include <vector>

namespace easel::inference::sam3 {

// What is to be cut out; undefined parts are not given.
struct SegmentPrompt {
    Tensor points = {};  // [count, 2]: x and y, as shares of the picture
    Tensor labels = {};  // [count]: 1 inside, 0 outside
    Tensor box = {};     // [4]: corners, as shares of the picture
    Tensor mask = {};    // [1, 1, h, w], logits
};

class Segmenter {
public:
    // `w`: the tracker, which holds the decoder.
    explicit Segmenter(const Weights& w);

    // Logits [1, 1, picture_side, picture_side]. `features` as the backbone gives them for segmentation.
    Tensor operator()(const std::vector<Tensor>& features, const SegmentPrompt& prompt) const;

    struct Object {
        Tensor token;  // [1, dim]: what the decoder says of it
        bool is_seen;
    };
    // The object that a mask shows.
    Object object(const std::vector<Tensor>& features, const Tensor& mask) const;

private:
    TwoWay::Seen looked(const std::vector<Tensor>& features, const SegmentPrompt& prompt) const;
    bool is_seen(const Tensor& tokens) const;
    Tensor prompt_tokens(const SegmentPrompt& prompt, const Tensor& like) const;
    Tensor rough(const Tensor& mask, const Tensor& picture) const;

    Weight nothing_remembered_;
    PlaceWaves waves_;
    std::vector<Weight> point_kinds_;  // outside, inside, and a box's corners
    Weight no_point_, no_mask_;
    Conv2d mask_first_, mask_second_, mask_last_;
    LayerNorm mask_norm1_, mask_norm2_;
    Weight object_token_, quality_token_, mask_tokens_;
    TwoWay decoder_;
    std::vector<Perceptron> mask_filters_;
    Perceptron quality_, object_score_;
};

}  // namespace easel::inference::sam3
