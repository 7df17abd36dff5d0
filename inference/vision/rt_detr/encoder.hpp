// The hybrid encoder of RT-DETR (Zhao et al. 2023) as D-FINE (Peng et al. 2024) has it: a transformer over the coarsest
// features, then convolutions that carry what they say down to the finer ones and back up.
#pragma once

#include "inference/layers/linear.hpp"
#include "inference/layers/norm.hpp"
#include "inference/weights/weights.hpp"

#include <vector>

namespace easel::inference::rt_detr {

constexpr int64_t heads = 8;  // of every trained network

// Attention with separate projections of queries, keys and values.
struct Attention {
    Linear q, k, v, out;

    explicit Attention(const Weights& w) : q(w / "q_proj"), k(w / "k_proj"), v(w / "v_proj"), out(w / "out_proj") {}

    // `x` [batch, tokens, dim]; `positions`, where defined, are added for queries and keys.
    Tensor operator()(const Tensor& x, const Tensor& positions) const;
};

class Encoder {
public:
    explicit Encoder(const Weights& w);

    // Features fine to coarse, each [batch, dim, h, w] with the same dim.
    std::vector<Tensor> operator()(const std::vector<Tensor>& features) const;

private:
    enum class Activation { none, silu };

    struct Conv {  // normalisations are already in its weights
        Weight weight, bias;
        int64_t stride;
        Activation activation;

        Conv(const Weights& w, Activation activation_, int64_t stride_ = 1);
        Tensor operator()(const Tensor& x) const;
    };
    struct Transformer {
        Attention attention;
        Linear in, out;
        LayerNorm norm1, norm2;

        explicit Transformer(const Weights& w);
        Tensor operator()(const Tensor& x, const Tensor& positions) const;
    };
    struct Split {  // two ways through, one of them longer, and a convolution behind their sum
        Conv first, second;
        std::vector<Conv> longer;
        Conv last;

        explicit Split(const Weights& w);
        Tensor operator()(const Tensor& x) const;
    };
    struct Fusion {
        Conv in;
        Split one, two;
        Conv out;

        explicit Fusion(const Weights& w);
        Tensor operator()(const Tensor& x) const;
    };
    struct Downsampling {
        Conv across, within;
    };

    std::vector<Conv> inputs_;
    std::vector<Transformer> transformers_;
    std::vector<Conv> laterals_;
    std::vector<Fusion> down_, up_;
    std::vector<Downsampling> halvings_;
};

}  // namespace easel::inference::rt_detr
