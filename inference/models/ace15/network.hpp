// ACE-Step 1.5 (ACE Studio and StepFun 2026): music from a caption, lyrics, a timbre and a coarse version of itself.
#pragma once

#include "inference/models/ace15/hints.hpp"
#include "inference/models/model.hpp"
#include "inference/vae/sound/layers.hpp"

#include <vector>

namespace easel::inference::ace15 {

// The names under which conditions carry embedded lyrics [1, tokens, dim], codes [1, count] of the music, and latents
// [1, channels, moments] of a sound to take after.
inline constexpr const char* lyrics_name = "conditioning_lyrics";
inline constexpr const char* codes_name = "audio_codes";
inline constexpr const char* timbre_name = "reference_audio_timbre_latents";

struct TimeEmbedder {
    Linear in, out, project;

    explicit TimeEmbedder(const Weights& w) : in(w / "linear_1"), out(w / "linear_2"), project(w / "time_proj") {}
    struct Embedded {
        Tensor time, modulation;  // [batch, dim] and [batch, 6, dim]
    };
    Embedded operator()(const Tensor& time, at::ScalarType dtype) const;
};

class Network : public DiffusionModel {
public:
    // `w` is a network in the published layout; throws MissingWeight.
    explicit Network(const Weights& w);

    // x [batch, channels, moments].
    Tensor predict(const NetworkInput& input) const override;
    void set_inputs(NetworkInput& input, const Condition& condition, const SamplingTarget& target) const override;
    std::size_t activation_bytes(at::IntArrayRef latent) const override;
    LoraKeys lora_keys() const override { return module_lora_keys(weights_); }

private:
    Tensor prompt_of(const NetworkInput& input, const Tensor& timbre) const;
    Tensor plan_of(const NetworkInput& input, const Tensor& timbre) const;
    Tensor decoded(const NetworkInput& input, const Tensor& prompt, const Tensor& plan) const;

    Weights weights_;
    Linear text_in_, lyrics_in_, timbre_in_, prompt_in_;
    Encoder lyrics_, timbre_;
    Tokenizer tokenizer_;
    Detokenizer detokenizer_;
    Weight nothing_;  // [1, 1, dim], in place of a prompt that says nothing
    Conv1d patches_in_;
    ConvTranspose1d patches_out_;
    TimeEmbedder time_, time_step_;
    std::vector<DecoderLayer> layers_;
    RmsNorm norm_out_;
    Weight final_table_;  // [1, 2, dim]
    int64_t patch_;       // moments that the decoder sees as one
};

}  // namespace easel::inference::ace15
