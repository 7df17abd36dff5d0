// HunyuanVideo 1.0 and 1.5, HunyuanImage 2.1 and its refiner (Tencent 2024, 2025): Flux's blocks over patches of a
// video's or a picture's latent and the tokens of a prompt. Widths, depths and what is read beside the noise come from
// the weights.
#pragma once

#include "inference/models/flux/blocks.hpp"
#include "inference/models/hunyuan_video/text.hpp"
#include "inference/models/model.hpp"
#include "inference/models/wan/wan.hpp"

#include <optional>
#include <vector>

namespace easel::inference::hunyuan_video {

enum class Kind {
    video,      // 1.0
    image,      // HunyuanImage 2.1
    refiner,    // of HunyuanImage 2.1
    video15,    // 1.5
    enlarger15  // 1.5, which adds detail to a video that was enlarged
};

// Of a network by the names that easel reads. (comfy.supported_models)
Kind kind_of(const Weights& w);

class HunyuanVideo : public DiffusionModel {
public:
    // `w` is a network with Flux's names; throws MissingWeight.
    explicit HunyuanVideo(const Weights& w);

    // x [batch, channels, (frames,) height, width].
    Tensor predict(const NetworkInput& input) const override;
    void set_inputs(NetworkInput& input, const Condition& condition, const SamplingTarget& target) const override;
    int64_t concat_channels() const override { return patch_weight_.size(1) - latent_channels(); }
    // What a mask keeps of a video is shown without noise.
    bool keeps_latent_clean() const override { return kind_ != Kind::image && kind_ != Kind::refiner; }
    std::size_t activation_bytes(at::IntArrayRef latent) const override;
    LoraKeys lora_keys() const override;

private:
    // The size of a patch, and of a video in patches.
    struct Grid {
        int64_t frames = 1, rows = 0, columns = 0;
        int64_t of_frame() const { return rows * columns; }
        int64_t count() const { return frames * of_frame(); }
    };
    // What steers every block, before the activation: [batch, times, dim]. With two times the first is that of a first
    // frame without noise.
    Tensor steering(const NetworkInput& input) const;
    // The words, glyphs and pictures that the network is to follow, [batch, tokens, dim], and biases [batch, tokens] of
    // attention to them; undefined where all count.
    struct Prompt {
        Tensor tokens, bias;
    };
    Prompt prompt(const NetworkInput& input) const;
    Tensor with_type(const Tensor& tokens, int64_t type) const;
    Tensor latent_of(const NetworkInput& input) const;
    Tensor sequence(const Tensor& latent) const;
    Grid grid_of(const Tensor& latent) const;
    Rope rope(int64_t text_tokens, const Grid& grid, const std::optional<Grid>& reference) const;
    Tensor pictures(const Tensor& tokens, const Grid& grid) const;
    int64_t latent_channels() const { return final_.out_features() / (patch_.frames * patch_.of_frame()); }

    Weights weights_;
    Kind kind_;
    Weight patch_weight_, patch_bias_;
    Grid patch_;
    flux::Embedder time_in_;
    std::optional<flux::Embedder> vector_in_, guidance_in_, next_time_in_;
    TextRefiner text_in_;
    std::optional<GlyphReader> glyphs_in_;
    std::optional<wan::PictureEmbedder> pictures_in_;
    Weight types_;  // [3, dim]: of words, glyphs and pictures; or nothing
    std::vector<flux::DoubleBlock> double_blocks_;
    std::vector<flux::SingleBlock> single_blocks_;
    Linear final_modulation_, final_;
};

// What each kind reads beside the noise: undefined where it is nothing. (concat_cond of the classes in
// comfy.model_base)
Tensor beside_noise(Kind kind, int64_t channels, const Condition& condition, const SamplingTarget& target);

}  // namespace easel::inference::hunyuan_video
