// What the parts of SAM 3 are made of.
#pragma once

#include "inference/layers/linear.hpp"
#include "inference/layers/norm.hpp"
#include "inference/layers/perceptron.hpp"
#include "inference/weights/weights.hpp"

#include <ATen/ops/relu.h>

#include <vector>

namespace easel::inference::sam3 {

inline constexpr int64_t attention_heads = 8;  // of all attention but the backbone's
inline constexpr int64_t picture_side = 1008;  // of the square pictures that it was trained on

// What masks say where an object is not to be seen at all.
inline constexpr double no_object = -1024.0;

// Attention with projections of its own for queries, keys and values, which files may keep in one tensor.
class Attention {
public:
    explicit Attention(const Weights& w);

    // `queries` [batch, tokens, dim], `keys` and `values` [batch, others, dim]; `bias`, where defined, broadcasts to
    // [batch, heads, tokens, others].
    Tensor operator()(const Tensor& queries, const Tensor& keys, const Tensor& values, const Tensor& bias = {}) const;

private:
    Tensor projected(const Tensor& x, int64_t part) const;

    Weight joint_, joint_bias_;  // [3 * dim, dim]; undefined where they are apart
    std::vector<Linear> apart_;
    Linear out_;
};

using Perceptron = inference::Perceptron<at::relu>;

// What is seen is added behind a normalised self-attention, attention and feed-forward layer.
struct EncoderLayer {
    Attention self, cross;
    Linear in, out;
    LayerNorm norm1, norm2, norm3;

    explicit EncoderLayer(const Weights& w);
    // `places` are added for queries and keys of the self-attention.
    Tensor operator()(const Tensor& x, const Tensor& places, const Tensor& keys, const Tensor& values,
                      const Tensor& bias = {}) const;
};

// Sines and cosines [..., dim] of `values` [...] in 0..1 at falling frequencies, in turn.
Tensor waves(const Tensor& values, int64_t dim);
// The same of the rows and columns of a picture: [1, height * width, dim].
Tensor cell_waves(int64_t height, int64_t width, int64_t dim, const at::TensorOptions& options);

// A table [count, dim] as tokens [batch, count, dim], with the batch and the type of `like`.
Tensor rows(const Weight& table, const Tensor& like);

// Over the channels of [batch, channels, h, w].
Tensor over_channels(const LayerNorm& norm, const Tensor& x);

// Masks [batch, 1, h, w] at another size, between their pixels.
Tensor scaled_masks(const Tensor& masks, int64_t height, int64_t width);
// Likewise, averaged where they shrink.
Tensor smoothed_masks(const Tensor& masks, int64_t height, int64_t width);

// Centre and size [..., 4] to corners.
Tensor corners(const Tensor& boxes);

}  // namespace easel::inference::sam3
