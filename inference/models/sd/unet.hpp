// The UNet of Stable Diffusion 1.x, 2.x and XL, and of the networks for videos made from them. Depth, widths and
// transformers per level are read from the weights, so that smaller and pruned files (SSD-1B, Segmind Vega, KOALA) load
// as well.
#pragma once

#include "inference/models/model.hpp"
#include "inference/models/sd/blocks.hpp"
#include "inference/models/sd/vector_input.hpp"

#include <optional>
#include <vector>

namespace easel::inference::sd {

class UNet : public DiffusionModel {
public:
    struct Options {
        VectorInput vector = nullptr;       // fills the input that `label_emb` reads
        bool scales_picture = false;        // whether a picture to edit is wanted in the model's scale
        std::optional<int64_t> heads = {};  // of every attention, where shapes do not tell
    };
    // `w` is the part of a checkpoint under `model.diffusion_model.`. Throws MissingWeight.
    UNet(const Weights& w, const Options& options);

    Tensor predict(const NetworkInput& input) const override;
    void set_inputs(NetworkInput& input, const Condition& condition, const SamplingTarget& target) const override;
    int64_t concat_channels() const override { return in_channels_ - out_conv_.out_channels(); }
    std::size_t activation_bytes(at::IntArrayRef latent) const override;
    LoraKeys lora_keys() const override { return unet_lora_keys(weights_); }

private:
    // Two layers around a SiLU.
    struct Embedder {
        Linear in, out;

        Embedder(const Weights& w, int64_t first, int64_t last) : in(w / first), out(w / last) {}
        Tensor operator()(const Tensor& x) const { return out(at::silu(in(x))); }
    };

    // What `label_emb` reads: the vector, in whose first part pictures may stand for the pooled prompt. [batch, dim]
    Tensor label_input(const NetworkInput& input) const;
    // What every block is told: the embedded time and vector after their SiLU, [batch, 4 * model_channels].
    Tensor embedded(const NetworkInput& input) const;

    Weights weights_;
    int64_t in_channels_, model_channels_;
    VectorInput vector_;
    bool scales_picture_;
    Embedder time_;
    std::optional<Embedder> label_;
    Weight classes_;  // [classes, dim]: what is embedded instead where the vector is a number that counts them
    std::vector<Stage> input_, middle_, output_;
    GroupNorm out_norm_;
    Conv2d out_conv_;
};

}  // namespace easel::inference::sd
