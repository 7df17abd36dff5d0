// WanDancer (2025): people dance to music. A coarse network makes key frames at few frames a second, a fine one the
// frames between them; both are in one file and share their blocks.
#pragma once

#include "inference/models/wan/network.hpp"
#include "inference/models/wan/speech/injector.hpp"

#include <vector>

namespace easel::inference::wan {

class Dancer : public Network {
public:
    explicit Dancer(const Weights& w);
    Tensor predict(const NetworkInput& input) const override;
    void set_inputs(NetworkInput& input, const Condition& condition, const SamplingTarget& target) const override;

private:
    // A layer of a transformer over the music.
    struct MusicLayer {
        Weight qkv_weight, qkv_bias;
        Linear out, ff_in, ff_out;
        LayerNorm norm1, norm2;

        explicit MusicLayer(const Weights& w);
        Tensor operator()(const Tensor& x, const Rope& rope) const;
    };
    // Features of the music [batch, moments, 35] as one token of `dim` for each eighth of a latent frame.
    Tensor music_tokens(const Tensor& features, int64_t frames) const;

    PatchEmbedding coarse_patches_;
    PictureEmbedder reference_in_;
    Head coarse_head_;
    SoundInjector injector_;
    Linear music_in_;
    std::vector<MusicLayer> music_layers_;
    RecentRopes<int64_t> music_ropes_;
};

}  // namespace easel::inference::wan
