// Boogu-Image (2026): OmniGen 2 with blocks of two streams before those of one, prompted through a larger language
// model.
#pragma once

#include "inference/models/boogu/blocks.hpp"
#include "inference/models/omnigen2/trunk.hpp"

namespace easel::inference::boogu {

class Boogu : public DiffusionModel {
public:
    explicit Boogu(const Weights& w);

    // (BooguTransformer2DModel.forward)
    Tensor predict(const NetworkInput& input) const override;
    void set_inputs(NetworkInput& input, const Condition& condition, const SamplingTarget& target) const override {
        omnigen2::set_trunk_inputs(input, condition, target);
    }
    std::size_t activation_bytes(at::IntArrayRef latent) const override {
        return omnigen2::trunk_activation_bytes(latent, trunk_.dim(), weights_.compute_dtype());
    }
    LoraKeys lora_keys() const override { return omnigen2::trunk_lora_keys(weights_); }

private:
    Weights weights_;
    omnigen2::Trunk trunk_;
    std::vector<DoubleBlock> double_blocks_;
    std::vector<omnigen2::Block> single_blocks_;
};

}  // namespace easel::inference::boogu
