// Lumina Image 2.0 (Qin et al. 2025) and Z-Image (Tongyi-MAI 2025): one stream of caption and picture tokens through
// blocks with grouped attention, after a few blocks for each of them alone. Which of the two it is, its widths and
// depths are read from the weights.
#pragma once

#include "inference/layers/linear.hpp"
#include "inference/layers/norm.hpp"
#include "inference/layers/rope.hpp"
#include "inference/models/model.hpp"
#include "inference/models/network_patches.hpp"

#include <optional>
#include <vector>

namespace easel::inference::lumina {

struct Attention {
    Linear qkv, out;
    RmsNorm q_norm, k_norm;
    int64_t head_dim, heads, key_heads;

    explicit Attention(const Weights& w);
    Tensor operator()(const Tensor& x, const Rope& rope) const;
};

struct FeedForward {
    Linear w1, w2, w3;

    explicit FeedForward(const Weights& w) : w1(w / "w1"), w2(w / "w2"), w3(w / "w3") {}
    Tensor operator()(const Tensor& x) const { return w2(at::silu(w1(x)) * w3(x)); }
};

struct Block {
    Attention attention;
    FeedForward feed_forward;
    RmsNorm attention_norm1, attention_norm2, ffn_norm1, ffn_norm2;
    std::optional<Linear> modulation;  // blocks of captions alone do not hear of the time
    bool activates_time = false;       // SiLU before the modulation

    explicit Block(const Weights& w);
    // `x` [batch, tokens, dim], `time` [batch, width] or undefined; or [batch, times, width], of which `which` [tokens]
    // says the one that counts for each token.
    Tensor operator()(const Tensor& x, const Rope& rope, const Tensor& time, const Tensor& which = {}) const;
};

// How what SigLIP saw in pictures becomes tokens.
struct SeenEmbedder {
    RmsNorm norm;
    Linear in;
    Weight pad;  // [1, dim], or nothing
    std::vector<Block> refiner;

    SeenEmbedder(const Weights& w, double eps);
};

constexpr int64_t patch = 2;  // cells of the latent to a side

// Words that belong to the pictures to look at, [batch, tokens, dim], and what SigLIP saw in these, [batch, rows,
// columns, dim], are inputs of these names with a number from 0 behind them.
constexpr std::string_view reference_text_name = "reference_text", reference_seen_name = "reference_seen";

// Captions lie along the first axis, behind `offset`, pictures behind them in a plane; what pads a picture lies at the
// origin.
Tensor caption_positions(int64_t tokens, int64_t offset);
Tensor picture_positions(int64_t plane, int64_t rows, int64_t columns, const RopeScaling& scaling, int64_t padding);

class NextDit : public DiffusionModel {
public:
    explicit NextDit(const Weights& w);

    Tensor predict(const NetworkInput& input) const override;
    void set_inputs(NetworkInput& input, const Condition& condition, const SamplingTarget& target) const override;
    std::size_t activation_bytes(at::IntArrayRef latent) const override;
    LoraKeys lora_keys() const override;

private:
    // The tables of captions and of pictures of one size.
    struct Tables {
        int64_t caption_tokens, rows, columns;
        RopeScaling scaling;
        Rope caption, picture, both;
    };

    void set_references(NetworkInput& input, const Condition& condition, const SamplingTarget& target) const;
    Tensor predict_beside_references(const NetworkInput& input) const;
    Tensor time(const NetworkInput& input) const;
    Rope turned(const Tensor& positions, at::Device device) const;
    // Tokens [1, 32, dim] of nothing but padding.
    Tensor padding(const Weight& token, at::ScalarType dtype, at::Device device) const;
    // The network's output for the picture's tokens [batch, rows * columns, dim].
    Tensor finished(const Tensor& tokens, const Tensor& steering, int64_t rows, int64_t columns,
                    const NetworkInput& input) const;
    const Tables& tables(int64_t caption_tokens, int64_t rows, int64_t columns, const RopeScaling& scaling,
                         at::Device device) const;
    Tensor padded(const Tensor& tokens, const Weight& token) const;

    Weights weights_;
    bool is_z_image_;
    Linear x_embedder_, caption_in_, time_in_, time_out_;
    RmsNorm caption_norm_;
    Weight picture_pad_, caption_pad_;
    std::optional<RmsNorm> pooled_norm_;
    std::optional<Linear> pooled_in_, pooled_mix_;
    std::vector<Block> noise_refiner_, context_refiner_, layers_;
    std::optional<SeenEmbedder> seen_;
    Linear final_modulation_, final_;
    mutable std::vector<Tables> recent_;  // latest last
};

}  // namespace easel::inference::lumina
