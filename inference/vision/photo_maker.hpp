// PhotoMaker (Li et al. 2023): puts a person's face into one token of an encoded prompt for SDXL.
#pragma once

#include "inference/layers/linear.hpp"
#include "inference/layers/norm.hpp"
#include "inference/vision/clip_vision_network.hpp"

namespace easel::inference {

class PhotoMaker {
public:
    // `w` holds the encoder, alone or under `id_encoder` as published; throws MissingWeight.
    explicit PhotoMaker(const Weights& w);

    // `prompt` [1, tokens, dim] with the first picture of `pixels` [batch, height, width, channels], in 0..1, in its
    // token number `token`. float32 on the CPU. (PhotoMakerIDEncoder)
    Tensor operator()(const Tensor& prompt, const Tensor& pixels, int64_t token) const;

private:
    struct Mlp {
        LayerNorm norm;
        Linear in, out;

        explicit Mlp(const Weights& w) : norm(w / "layernorm"), in(w / "fc1"), out(w / "fc2") {}
        Tensor operator()(const Tensor& x) const { return out(at::gelu(in(norm(x)))); }
    };

    Weights weights_;
    ClipTransformer vision_;
    LayerNorm norm_after_;
    Linear first_, second_;
    Mlp fuse_, refine_;
    LayerNorm norm_;
};

}  // namespace easel::inference
