// What the decoders of masks have in common: tokens and the cells of a picture look at each other in turn, and the
// cells become a finer picture. (Kirillov et al. 2023)
#pragma once

#include "inference/layers/conv.hpp"
#include "inference/vision/sam3/layers.hpp"

#include <vector>

namespace easel::inference::sam3 {

// Places of a picture as waves along directions that were drawn once.
class PlaceWaves {
public:
    explicit PlaceWaves(const Weights& w) : directions_(w["positional_encoding_gaussian_matrix"]) {}

    // `places` [..., 2], x and y as shares of the picture: [..., dim].
    Tensor operator()(const Tensor& places) const;
    // Of the middles of cells: [1, height * width, dim].
    Tensor of_cells(int64_t height, int64_t width, const at::TensorOptions& options) const;

private:
    Weight directions_;  // [2, dim / 2]
};

class TwoWay {
public:
    // `w`: a decoder of masks.
    explicit TwoWay(const Weights& w);

    struct Seen {
        Tensor tokens;   // [batch, count, dim]
        Tensor picture;  // [batch, dim / 8, 4 * h, 4 * w]
    };
    // `tokens` [batch, count, dim]; `picture` [batch, dim, h, w] with `places` [1, h * w, dim]; `finer` pictures of
    // four times and twice the size, which are the same for the whole batch.
    Seen operator()(const Tensor& tokens, const Tensor& picture, const Tensor& places,
                    const std::vector<Tensor>& finer) const;

private:
    struct Cross {  // attention with fewer dimensions inside
        Linear q, k, v, out;

        explicit Cross(const Weights& w);
        Tensor operator()(const Tensor& queries, const Tensor& keys, const Tensor& values) const;
    };
    struct Layer {
        Cross self, to_picture, from_picture;
        Linear in, out;
        LayerNorm norm1, norm2, norm3, norm4;

        explicit Layer(const Weights& w);
    };
    struct Widening {
        Weight weight, bias;

        explicit Widening(const Weights& w) : weight(w["weight"]), bias(w["bias"]) {}
        Tensor operator()(const Tensor& x) const { return at::conv_transpose2d(x, weight.like(x), bias.like(x), 2); }
    };

    std::vector<Layer> layers_;
    Cross last_look_;
    LayerNorm last_norm_;
    Widening widen_first_, widen_second_;
    LayerNorm widen_norm_;
    Conv2d fine_, finest_;
};

}  // namespace easel::inference::sam3
