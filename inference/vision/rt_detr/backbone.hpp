// HGNetV2: convolutions in blocks whose layers are all joined at the end. (PaddlePaddle's PP-HGNetV2, size B5)
#pragma once

#include "inference/layers/batch_norm.hpp"
#include "inference/weights/weights.hpp"

#include <optional>
#include <vector>

namespace easel::inference::rt_detr {

enum class Activation { none, relu };

// A convolution and its normalisation. The number of groups follows from the weights' shape.
struct ConvNorm {
    Weight weight;  // [out, in / groups, kernel, kernel]
    BatchNorm norm;
    int64_t stride, padding;
    Activation activation;

    ConvNorm(const Weights& w, int64_t stride_, Activation activation_);
    Tensor operator()(const Tensor& x) const;
};

class Backbone {
public:
    explicit Backbone(const Weights& w);

    // `x` [batch, 3, height, width] gives features at an eighth, a sixteenth and a thirty-second of the size.
    std::vector<Tensor> operator()(const Tensor& x) const;

private:
    struct Block {
        std::vector<std::vector<ConvNorm>> layers;
        std::vector<ConvNorm> joined;
        bool adds_input;

        Block(const Weights& w, bool adds_input_);
        Tensor operator()(const Tensor& x) const;
    };
    struct Stage {
        std::optional<ConvNorm> downsample;
        std::vector<Block> blocks;
    };

    Tensor stem(const Tensor& x) const;

    ConvNorm stem1_, stem2a_, stem2b_, stem3_, stem4_;
    std::vector<Stage> stages_;
};

}  // namespace easel::inference::rt_detr
