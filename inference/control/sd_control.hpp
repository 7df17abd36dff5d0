// ControlNet for Stable Diffusion's UNets (Zhang et al. 2023): a copy of the way in that also sees the hint, with a
// convolution behind each block; and ControlNet Union, which is told what kind of picture the hint is.
#pragma once

#include "inference/control/control_network.hpp"
#include "inference/models/sd/blocks.hpp"

#include <optional>
#include <vector>

namespace easel::inference {

class SdControl final : public ControlNetwork {
public:
    // `w` in CompVis layout: input_blocks, zero_convs, input_hint_block, middle_block, middle_block_out, ...
    // `averages`: see ControlTraits.
    SdControl(const Weights& w, bool averages);

    ControlResiduals operator()(const ControlCall& call) const override;
    const ControlTraits& traits() const override { return traits_; }
    const WeightTable* weights() const override { return weights_.table().get(); }

    // Patches that the weights are seen with: differences to, or of, another model's weights.
    void use(std::shared_ptr<const PatchSet> patches) { patches_ = std::move(patches); }

private:
    struct Embedder {
        Linear in, out;
        Tensor operator()(const Tensor& x) const { return out(at::silu(in(x))); }
    };
    // How a union network tells kinds of picture apart.
    struct Union {
        Weight tasks;  // [kinds, channels]
        Embedder embedder;
        Linear qkv, attention_out, mlp_in, mlp_out, to_channels;
        LayerNorm norm1, norm2;

        explicit Union(const Weights& w);
        Tensor embedded(const std::vector<int64_t>& types, const Tensor& like) const;
        Tensor tell(const Tensor& hint, int64_t type) const;
    };

    Tensor seen(const ControlCall& call) const;

    Weights weights_;
    ControlTraits traits_;
    int64_t model_channels_;
    Embedder time_;
    std::optional<Embedder> label_;
    std::vector<Conv2d> hint_;
    std::vector<sd::Stage> input_, middle_;
    std::vector<Conv2d> zero_;
    Conv2d middle_zero_;
    std::optional<Union> union_;
    std::shared_ptr<const PatchSet> patches_;
};

// Control-LoRA: a ControlNet whose weights are those of the diffusion model it is used with, plus low-rank differences.
// `tensors` are the file's; the network is made for the first model that asks for it, and anew for another.
std::shared_ptr<const ControlNetwork> make_control_lora(TensorMap tensors, std::function<Weights(TensorMap)> table);

// A ControlNet of diffusers by the names of CompVis' layout.
TensorMap sd_control_from_diffusers(const TensorMap& tensors);

}  // namespace easel::inference
