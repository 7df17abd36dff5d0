// Uni3C (Cao et al. 2025): a ControlNet that lets Wan follow a camera through a rendered video. It runs beside the
// network's first blocks and adds to what they leave.
#pragma once

#include "inference/layers/linear.hpp"
#include "inference/layers/norm.hpp"
#include "inference/layers/rope.hpp"
#include "inference/model_patches/model_patch.hpp"
#include "inference/models/model.hpp"
#include "inference/vae/vae.hpp"

#include <optional>
#include <vector>

namespace easel::inference {

// A file's tensors with Wan's names for the parts of attention.
TensorMap uni3c_tensors(const TensorMap& tensors);

class Uni3c final : public ModelPatch {
public:
    // `w` holds what uni3c_tensors returned.
    explicit Uni3c(const Weights& w);

    int64_t blocks() const { return static_cast<int64_t>(blocks_.size()); }
    int64_t time_width() const { return blocks_.front().norm_attention.modulation.in_features(); }

    // Tokens [batch, tokens, dim] of a latent [batch, 36, frames, h, w], and their positions.
    struct Start {
        Tensor tokens;
        Rope rope;
    };
    Start start(const Tensor& latent) const;
    // The tokens after a block; `time` [batch, width].
    Tensor advanced(int64_t block, const Tensor& tokens, const Tensor& time, const Rope& rope) const;
    Tensor residual(int64_t block, const Tensor& tokens) const { return out_[static_cast<std::size_t>(block)](tokens); }

private:
    struct Norm {  // scaled, shifted and gated by the time
        Linear modulation;
        LayerNorm norm;

        explicit Norm(const Weights& w) : modulation(w / "linear"), norm(w / "norm") {}
    };
    struct Block {
        Norm norm_attention, norm_ff;
        Linear q, k, v, o, ff_in, ff_out;
        RmsNorm norm_q, norm_k;

        explicit Block(const Weights& w);
        Tensor attended(const Tensor& x, const Rope& rope) const;
    };

    Weights weights_;
    Weight picture_in_, picture_bias_;  // a convolution over each frame's patches
    std::optional<Linear> in_;
    std::vector<Block> blocks_;
    std::vector<Linear> out_;
};

// `frames` [frames, height, width, 3]; the percents are shares of the schedule. Throws UserError when `model` is no Wan
// of the network's width. (WanUni3CCnetPatch)
struct Uni3cVideo {
    Vae vae;
    Tensor frames;
    double strength = 1.0, start_percent = 0.0, end_percent = 1.0;
};
Model with_uni3c(const Model& model, std::shared_ptr<const Uni3c> network, Uni3cVideo video);

}  // namespace easel::inference
