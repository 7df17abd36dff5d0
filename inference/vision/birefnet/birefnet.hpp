// BiRefNet (Zheng et al. 2024) tells what stands in front in a picture: a Swin transformer sees the picture at two
// sizes, and a decoder refines the mask with the picture itself at hand.
#pragma once

#include "inference/vision/birefnet/deformable.hpp"
#include "inference/vision/birefnet/swin.hpp"

#include <optional>
#include <vector>

namespace easel::inference {

class BiRefNet {
public:
    explicit BiRefNet(const Weights& w);

    // How likely each pixel of `pixels` [batch, height, width, channels] in 0..1 belongs to the foreground:
    // [batch, height, width] in 0..1. (comfy.bg_removal_model.BackgroundRemovalModel.encode_image)
    Tensor foreground(const Tensor& pixels) const;

    // Logits [batch, 1, height, width] of `picture` [batch, 3, height, width]; sides are multiples of 64.
    Tensor operator()(const Tensor& picture) const;

private:
    // Two convolutions over the picture, which is cut into as many pieces as make it as coarse as the features.
    struct Look {
        Conv2d in, out;

        explicit Look(const Weights& w) : in(w / "conv1"), out(w / "conv_out") {}
        Tensor operator()(const Tensor& picture, const Tensor& features) const;
    };
    // What a coarse mask says of where to look.
    struct Guide {
        Conv2d conv, weight;
        BatchNorm norm;

        Tensor operator()(const Tensor& x) const { return at::sigmoid(weight(at::relu(norm(conv(x))))); }
    };
    // From coarse features to the next finer ones.
    struct Step {
        Look look;
        birefnet::DecoderBlock block;
        Guide guide;
        Conv2d lateral;

        Step(const Weights& w, int64_t level);
    };

    std::vector<Tensor> features(const Tensor& picture) const;

    birefnet::Swin backbone_;
    birefnet::DecoderBlock squeeze_;
    std::vector<Step> steps_;  // coarse to fine
    Look look_;
    birefnet::DecoderBlock last_;
    Look last_look_;
    Conv2d out_;
    std::shared_ptr<WeightTable> weights_;
};

// The network's tensors; empty when the file is no BiRefNet.
TensorMap birefnet_tensors(const TensorMap& file);

}  // namespace easel::inference
