// Whisper's encoder (Radford et al. 2022): the mel spectrogram of half a minute, of which two columns make a moment.
#pragma once

#include "inference/audio/encoder/sound_encoder.hpp"
#include "inference/layers/linear.hpp"
#include "inference/layers/norm.hpp"

#include <vector>

namespace easel::inference {

class Whisper : public SoundNetwork {
public:
    explicit Whisper(const Weights& w);
    // What follows the first thirty seconds is not heard; silence fills what is shorter.
    std::vector<Tensor> operator()(const Tensor& waveform) const override;

private:
    struct Layer {
        Linear q, k, v, out, ff_in, ff_out;
        LayerNorm norm, norm_ff;

        explicit Layer(const Weights& w);
    };
    struct Convolution {
        Weight weight, bias;

        explicit Convolution(const Weights& w) : weight(w["weight"]), bias(w["bias"]) {}
    };
    // [batch, bins, columns] in about -1..1.
    Tensor heard(const Tensor& mono) const;

    Convolution first_, second_;
    Weight positions_;  // [moments, dim]
    std::vector<Layer> layers_;
    LayerNorm norm_;
};

}  // namespace easel::inference
