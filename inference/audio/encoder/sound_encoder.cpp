#include "inference/audio/encoder/sound_encoder.hpp"

#include "inference/audio/encoder/wav2vec2.hpp"
#include "inference/audio/encoder/whisper.hpp"
#include "inference/audio/resample.hpp"

#include <string>

namespace easel::inference {

TensorMap canonical_sound_encoder(const TensorMap& tensors) {
    TensorMap result;
    for (const auto& [key, tensor] : tensors) {
        std::string name = key;
        for (const std::string_view front : {"wav2vec2.", "model."})
            if (name.starts_with(front)) name.erase(0, front.size());
        result.emplace(std::move(name), tensor);
    }
    const bool is_known =
        result.contains("encoder.layer_norm.bias") &&
        (result.contains("encoder.embed_positions.weight") || result.contains("feature_projection.projection.weight"));
    return is_known ? result : TensorMap{};
}

SoundEncoder::SoundEncoder(const Weights& w) : weights_(w.table()) {
    if (w.contains("encoder.embed_positions.weight"))
        network_ = std::make_shared<Whisper>(w);
    else
        network_ = std::make_shared<Wav2Vec2>(w);
}

EncodedSound SoundEncoder::encode(const Tensor& waveform, int64_t sample_rate) const {
    constexpr int64_t heard_rate = 16000;
    const Tensor heard = resample(waveform, sample_rate, heard_rate);
    weights_->use(nullptr);
    EncodedSound result{.layers = (*network_)(heard.to(weights_->settings().device)), .samples = heard.size(2)};
    for (Tensor& layer : result.layers)
        layer = layer.to(at::kCPU, at::kFloat);
    return result;
}

}  // namespace easel::inference
