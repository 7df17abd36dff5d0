// HuMo (Chen et al. 2025): people who look like a reference picture and move with a sound. Its frames hear what is
// spoken around them.
#pragma once

#include "inference/models/wan/network.hpp"

namespace easel::inference::wan {

class HumanMotion : public Network {
public:
    explicit HumanMotion(const Weights& w);
    Tensor predict(const NetworkInput& input) const override;
    void set_inputs(NetworkInput& input, const Condition& condition, const SamplingTarget& target) const override;

private:
    struct Listening {
        LayerNorm norm;
        Linear q, k, v, out;
        RmsNorm norm_q, norm_k;

        explicit Listening(const Weights& w);
        // `sound` [batch * frames, tokens, width]: each frame of `x` [batch, tokens, dim] hears its own.
        Tensor operator()(const Tensor& x, const Tensor& sound) const;
    };
    // Features of the sound [batch, frames, 8, 5, 1280] as tokens [batch * frames, 16, width].
    Tensor sound_tokens(const Tensor& features) const;

    std::vector<Listening> listening_;  // one for each block
    Linear sound_in_, sound_hidden_, sound_out_;
    LayerNorm sound_norm_;
};

}  // namespace easel::inference::wan
