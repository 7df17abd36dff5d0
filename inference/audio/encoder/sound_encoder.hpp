// What AUDIO_ENCODER links carry: networks that listen. wav2vec 2.0 (Baevski et al. 2020) hears waveforms, Whisper
// (Radford et al. 2022) spectrograms of half a minute. Which one it is, and its sizes, follow from the weights.
#pragma once

#include "inference/tensor.hpp"
#include "inference/weights/weights.hpp"

#include <cstdint>
#include <memory>
#include <optional>
#include <vector>

namespace easel::inference {

// What is known of the moments of a sound; float32 on the CPU.
struct EncodedSound {
    // What an encoder's layers read, and at last what it made: [batch, moments, dim] each, fifty moments a second.
    std::vector<Tensor> layers;
    int64_t samples = 0;  // of the sound, at 16000 a second

    // Features of music, for a network that makes dances: [1, moments, 35], thirty a second.
    struct Music {
        Tensor features;
        double frame_rate = 30.0;  // of the video that the music is for
        double strength = 1.0;
    };
    std::optional<Music> music = {};
};

// One that hears 16000 samples a second.
class SoundNetwork {
public:
    virtual ~SoundNetwork() = default;
    // `waveform` [batch, channels, samples] -> EncodedSound::layers.
    virtual std::vector<Tensor> operator()(const Tensor& waveform) const = 0;
};

class SoundEncoder {
public:
    // An empty handle, for fields that are filled later; only assignment is allowed.
    SoundEncoder() = default;
    // `w` has the names of `canonical_sound_encoder`; throws MissingWeight.
    explicit SoundEncoder(const Weights& w);

    // `waveform` [batch, channels, samples] at any rate. (AudioEncoderModel.encode_audio)
    EncodedSound encode(const Tensor& waveform, int64_t sample_rate) const;

private:
    std::shared_ptr<const SoundNetwork> network_;
    std::shared_ptr<WeightTable> weights_;
};

// The tensors of an encoder without the names that some files put in front; empty when the file holds none that is
// known.
TensorMap canonical_sound_encoder(const TensorMap& tensors);

}  // namespace easel::inference
