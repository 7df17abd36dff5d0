// The way of a sound's latent into the blocks of LTX-2 and out again.
#pragma once

#include "inference/models/ltxv/layers.hpp"
#include "inference/models/network_input.hpp"

namespace easel::inference::ltxv {

struct SoundTokens {
    Tensor x;      // [batch, tokens, dim]
    Tensor spans;  // [1, 1, tokens, 2], in seconds
    TokenTimes times;
    int64_t references = 0;  // how many of the first tokens are of another sound, which is only heard
    at::IntArrayRef shape;   // of the latent
};

// The extra inputs that a sound has: its noise mask, and the tokens of a voice to speak with [batch, tokens, values].
inline constexpr const char* sound_mask_name = "audio_denoise_mask";
inline constexpr const char* reference_sound_name = "ref_audio";

class SoundStream {
public:
    explicit SoundStream(const Weights& w);

    // `latent` [batch, channels, frames, frequencies].
    SoundTokens enter(const Tensor& latent, const NetworkInput& input) const;
    Tensor leave(const Tensor& x, TimeValues time, const SoundTokens& tokens) const;

    int64_t dim() const { return in_.out_features(); }

private:
    Weights weights_;
    Linear in_, out_;
    Weight table_;  // [2, dim]
};

}  // namespace easel::inference::ltxv
