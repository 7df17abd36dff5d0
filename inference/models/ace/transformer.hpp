// ACE-Step (ACE Studio and StepFun 2025): a transformer over the moments of a music latent, with linear attention among
// them and attention to tags and lyrics.
#pragma once

#include "inference/layers/conv.hpp"
#include "inference/models/ace/lyric_encoder.hpp"
#include "inference/models/model.hpp"

#include <vector>

namespace easel::inference::ace {

// The names under which conditions carry tokens [1, count] of lyrics, and how much they count.
inline constexpr const char* lyrics_name = "conditioning_lyrics";
inline constexpr const char* lyrics_strength_name = "lyrics_strength";

struct Rotation {
    Tensor cos, sin;  // [tokens, head]
};

struct Projections {
    Linear q, k, v, out;

    explicit Projections(const Weights& w)
        : q(w / "to_q"), k(w / "to_k"), v(w / "to_v"), out(w / "to_out" / 0) {}
};

struct Block {
    Weight table;  // [6, dim]: offsets to shift, scale and gate of attention and feed forward
    Projections self, cross;
    // Convolutions over time: to twice the inner width, each channel's own, and back.
    Weight widen, widen_bias, depth, depth_bias, narrow;

    explicit Block(const Weights& w);
    // `time` [batch, 6, dim].
    Tensor operator()(const Tensor& x, const Tensor& text, const Tensor& time, const Rotation& places,
                      const Rotation& text_places) const;

private:
    Tensor feed_forward(const Tensor& x) const;
};

class Transformer : public DiffusionModel {
public:
    // `w` is a network in the published layout; throws MissingWeight.
    explicit Transformer(const Weights& w);

    // x [batch, 8, 16, moments].
    Tensor predict(const NetworkInput& input) const override;
    void set_inputs(NetworkInput& input, const Condition& condition, const SamplingTarget& target) const override;
    std::size_t activation_bytes(at::IntArrayRef latent) const override;
    LoraKeys lora_keys() const override { return module_lora_keys(weights_); }

private:
    Tensor prompt_of(const NetworkInput& input) const;

    Weights weights_;
    Linear time_in_, time_out_, modulation_;
    Linear speaker_, tags_, lyrics_;
    LyricEncoder lyric_encoder_;
    Conv2d cells_in_, tokens_in_;
    GroupNorm norm_in_;
    std::vector<Block> blocks_;
    Weight final_table_;  // [2, dim]
    Linear final_;
};

}  // namespace easel::inference::ace
