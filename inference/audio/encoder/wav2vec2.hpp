// wav2vec 2.0 (Baevski et al. 2020): convolutions make fifty vectors a second of a waveform, a transformer puts them in
// context. The large model normalises before its layers and in every convolution, the base model after and in the
// first.
#pragma once

#include "inference/audio/encoder/sound_encoder.hpp"
#include "inference/layers/linear.hpp"
#include "inference/layers/norm.hpp"

#include <vector>

namespace easel::inference {

class Wav2Vec2 : public SoundNetwork {
public:
    explicit Wav2Vec2(const Weights& w);
    std::vector<Tensor> operator()(const Tensor& waveform) const override;

private:
    struct Convolution {
        Weight weight, bias, scale, shift;

        explicit Convolution(const Weights& w);
    };
    struct Layer {
        Linear q, k, v, out, ff_in, ff_out;
        LayerNorm norm, norm_ff;

        explicit Layer(const Weights& w);
    };
    Tensor features(const Tensor& mono) const;
    // Added to the features: what is around each moment.
    Tensor surroundings(const Tensor& x) const;

    bool is_large_;
    std::vector<Convolution> convolutions_;
    LayerNorm norm_features_, norm_;
    Linear projection_;
    Weight around_length_, around_direction_, around_bias_;
    std::vector<Layer> layers_;
};

}  // namespace easel::inference
