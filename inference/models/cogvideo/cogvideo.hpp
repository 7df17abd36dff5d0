// CogVideoX (Yang et al. 2024): text and patches of a video's latent as one sequence, each scaled and shifted by the
// time in its own way. Widths, depths and what is read beside the noise come from the weights.
#pragma once

#include "inference/layers/linear.hpp"
#include "inference/layers/norm.hpp"
#include "inference/layers/rope.hpp"
#include "inference/models/model.hpp"

#include <optional>
#include <vector>

namespace easel::inference::cogvideo {

// The two parts of the sequence, [batch, tokens, dim] each.
struct Sequence {
    Tensor video, text;
};

// A norm that both parts share, and the scales, shifts and gates that the time gives to each.
struct TimedNorm {
    struct Result {
        Sequence normed, gates;
    };
    Linear modulation;
    LayerNorm norm;

    explicit TimedNorm(const Weights& w) : modulation(w / "linear"), norm(w / "norm") {}
    // `time` [batch, dim].
    Result operator()(const Sequence& x, const Tensor& time) const;
};

struct Block {
    TimedNorm attention_norm, mlp_norm;
    Linear q, k, v, out, mlp_in, mlp_out;
    LayerNorm q_norm, k_norm;

    explicit Block(const Weights& w);
    // `rope` turns the tokens of text and video, the text's first.
    Sequence operator()(const Sequence& x, const Tensor& time, const std::optional<Rope>& rope) const;
};

class CogVideo : public DiffusionModel {
public:
    // Throws MissingWeight.
    explicit CogVideo(const Weights& w);

    // x [batch, channels, frames, height, width]. (CogVideoXTransformer3DModel)
    Tensor predict(const NetworkInput& input) const override;
    void set_inputs(NetworkInput& input, const Condition& condition, const SamplingTarget& target) const override;
    int64_t concat_channels() const override { return in_channels_ - out_channels_; }
    std::size_t activation_bytes(at::IntArrayRef latent) const override;
    LoraKeys lora_keys() const override { return module_lora_keys(weights_); }

private:
    struct Patch {
        int64_t frames = 1, side = 2;
        int64_t cells() const { return frames * side * side; }
    };
    // A video's size in patches.
    struct Grid {
        int64_t frames, rows, columns;
        int64_t count() const { return frames * rows * columns; }
    };
    Tensor whole_patches(const Tensor& latent) const;
    Tensor patches(const Tensor& latent, const Grid& grid) const;
    Tensor video(const Tensor& patches, const Grid& grid) const;
    Tensor time(const NetworkInput& input) const;
    std::optional<Rope> rope(const Grid& grid, int64_t text_tokens) const;

    Weights weights_;
    Weight patch_weight_, patch_bias_, positions_;  // positions_ [1, text + patches, dim], or nothing
    Patch patch_;
    int64_t in_channels_, out_channels_;
    Linear text_in_, time_in_, time_out_;
    std::optional<Linear> motion_in_, motion_out_;
    std::vector<Block> blocks_;
    LayerNorm norm_;
    Linear final_modulation_, final_;
    LayerNorm final_norm_;
};

}  // namespace easel::inference::cogvideo
