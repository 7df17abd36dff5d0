// What SAM 3 sees of a picture: a vision transformer whose blocks mostly attend within windows, and pyramids of
// features made of its output, one for detection and one for segmentation.
#pragma once

#include "inference/layers/conv.hpp"
#include "inference/layers/linear.hpp"
#include "inference/layers/norm.hpp"
#include "inference/layers/rope.hpp"

#include <vector>

namespace easel::inference::sam3 {

class VisionBackbone {
public:
    explicit VisionBackbone(const Weights& w);

    // `picture` [batch, 3, height, width], sides multiples of 14: [batch, dim, height / 14, width / 14].
    Tensor operator()(const Tensor& picture) const;

    // Features [batch, 256, h, w] at four times the trunk's size, twice, and so on.
    std::vector<Tensor> for_detection(const Tensor& trunk) const { return pyramid(detection_, trunk); }
    // The first three of the same, for points, boxes and masks.
    std::vector<Tensor> for_segmentation(const Tensor& trunk) const { return pyramid(segmentation_, trunk); }
    // Likewise for following objects through a film; empty where the file cannot do that.
    std::vector<Tensor> for_tracking(const Tensor& trunk) const { return pyramid(tracking_, trunk); }

private:
    struct Block {
        LayerNorm norm1, norm2;
        Linear qkv, projection, fc1, fc2;
        bool sees_everything;

        Block(const Weights& w, bool sees_everything_);
        Tensor operator()(const Tensor& x, const Rope& rope) const;  // [batch, h, w, dim]

    private:
        Tensor attend(const Tensor& x, const Rope& rope) const;  // [batch, tokens, dim]
    };
    struct Level {
        std::vector<Weight> widenings, widening_biases;  // of transposed convolutions, 2x2 with stride 2
        bool halves;
        Conv2d first, second;

        Level(const Weights& w, bool halves_);
        Tensor operator()(const Tensor& trunk) const;
    };

    static std::vector<Level> levels(const Weights& w, int64_t most);
    static std::vector<Tensor> pyramid(const std::vector<Level>& levels, const Tensor& trunk);

    Weight patches_, positions_;
    LayerNorm norm_;
    std::vector<Block> blocks_;
    std::vector<Level> detection_, segmentation_, tracking_;
};

}  // namespace easel::inference::sam3
