// The decoder of D-FINE (Peng et al. 2024): the likeliest places of the encoder's features become queries, and each
// layer looks around their boxes and corrects how far the edges are away, told as distributions.
#pragma once

#include "inference/vision/rt_detr/encoder.hpp"

#include "inference/layers/perceptron.hpp"

#include <ATen/ops/silu.h>

#include <array>
#include <vector>

namespace easel::inference::rt_detr {

using Perceptron = inference::Perceptron<at::silu>;

class Decoder {
public:
    explicit Decoder(const Weights& w);

    struct Result {
        Tensor logits;  // [batch, queries, classes]
        Tensor boxes;   // [batch, queries, 4]: centre and size, as shares of the picture
    };
    // Features fine to coarse, each [batch, dim, h, w].
    Result operator()(const std::vector<Tensor>& features) const;

    int64_t classes() const { return scores_.front().out_features(); }

private:
    // Reads a few places around a query's box on each level.
    struct DeformableAttention {
        Linear offsets, weights;

        explicit DeformableAttention(const Weights& w)
            : offsets(w / "sampling_offsets"), weights(w / "attention_weights") {}
        // `values` [batch * heads, dim / heads, h, w] of each level.
        Tensor operator()(const Tensor& x, const Tensor& boxes, const std::vector<Tensor>& values) const;
    };
    struct Layer {
        Attention attention;
        DeformableAttention reading;
        Linear gate, in, out;
        LayerNorm norm1, gate_norm, norm3;

        explicit Layer(const Weights& w);
        Tensor operator()(const Tensor& x, const Tensor& boxes, const Tensor& positions,
                          const std::vector<Tensor>& values) const;
    };
    struct Queries {
        Tensor content, boxes;  // [batch, queries, dim], [batch, queries, 4] before the sigmoid
    };

    Queries queries(const Tensor& memory, const std::vector<std::array<int64_t, 2>>& shapes) const;
    Tensor moved(const Tensor& boxes, const Tensor& distributions) const;

    Linear proposal_;
    LayerNorm proposal_norm_;
    Linear proposal_score_;
    Perceptron proposal_box_, positions_, first_box_;
    std::vector<Layer> layers_;
    std::vector<Linear> scores_;
    std::vector<Perceptron> edges_, quality_;
    Weight reach_;            // how far edges may move
    Weight anchors_, valid_;  // where the file has them
    Weight steps_;            // likewise
    Tensor default_steps_;
};

}  // namespace easel::inference::rt_detr
