// LTX's networks that enlarge the latent of a video, in space or time (Lightricks 2024).
#pragma once

#include "inference/weights/weights.hpp"

#include <cstdint>
#include <memory>
#include <vector>

namespace easel::inference {

class LatentUpsampler {
public:
    // `w` is a file whose "config" says what it does; throws ModelError without one, or for another kind of network.
    explicit LatentUpsampler(const Weights& w);
    // [batch, channels, frames, h, w], as the autoencoder inside its VAE makes it, enlarged.
    Tensor operator()(const Tensor& latent) const;

private:
    struct Conv {
        Weight weight, bias;  // over space, or over time and space

        explicit Conv(const Weights& w) : weight(w["weight"]), bias(w["bias"]) {}
        Tensor operator()(const Tensor& x) const;
    };
    struct Norm {
        Weight weight, bias;

        explicit Norm(const Weights& w) : weight(w["weight"]), bias(w["bias"]) {}
        Tensor operator()(const Tensor& x) const;
    };
    struct Block {
        Conv conv1, conv2;
        Norm norm1, norm2;

        explicit Block(const Weights& w)
            : conv1(w / "conv1"), conv2(w / "conv2"), norm1(w / "norm1"), norm2(w / "norm2") {}
        Tensor operator()(const Tensor& x) const;
    };
    enum class Enlarges { space, time, both };

    Tensor enlarged(const Tensor& x) const;
    Tensor blurred(const Tensor& pictures) const;

    Weights weights_;
    Conv in_, out_, up_;
    Norm norm_in_;
    std::vector<Block> before_, after_;
    bool sees_time_;  // convolutions go over frames as well
    Enlarges enlarges_ = Enlarges::space;
    int64_t factor_ = 2, divisor_ = 1;  // sides grow by the first and shrink by the second
};

}  // namespace easel::inference
