// Wan 2.2 S2V (Gao et al. 2025): a person in a picture speaks or sings along with a sound, and the video goes on from
// the frames before it and may keep to the poses of another one.
#pragma once

#include "inference/models/wan/causal_conv.hpp"
#include "inference/models/wan/network.hpp"
#include "inference/models/wan/speech/injector.hpp"

namespace easel::inference::wan {

// Features of sound, one for each frame, as tokens for every latent frame; a frame sees no later ones.
class SoundEncoder {
public:
    explicit SoundEncoder(const Weights& w);
    // `features` [batch, layers, width, 4 * frames] -> tokens [batch, frames, n + 1, dim] and steering [batch, frames,
    // dim].
    SoundInjector::Sound operator()(const Tensor& features) const;

private:
    Tensor shrunk(Tensor x) const;

    Weight layer_weights_, padding_;
    CausalConv in_tokens_, in_steering_, second_, third_;
    Linear out_steering_;
};

class SpeechVideo : public Network {
public:
    explicit SpeechVideo(const Weights& w);
    Tensor predict(const NetworkInput& input) const override;
    void set_inputs(NetworkInput& input, const Condition& condition, const SamplingTarget& target) const override;

private:
    // The 19 latent frames before the video as tokens, older ones together, and their places.
    struct Motion {
        Tensor tokens;
        CellBoxes boxes;
    };
    Motion packed(const Tensor& frames) const;
    Tensor kind(int64_t index, const Tensor& like) const { return kinds_.like(like)[index]; }

    SoundEncoder sound_;
    SoundInjector injector_;
    Weight kinds_;  // [3, dim]: added to the tokens of the video, of the reference, of the frames before
    Weight control_, control_bias_;
    struct Packing {
        Weight weight, bias;
        explicit Packing(const Weights& w) : weight(w["weight"]), bias(w["bias"]) {}
    };
    Packing last_, recent_, older_;
};

}  // namespace easel::inference::wan
