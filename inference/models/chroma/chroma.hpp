// Chroma (Lodestone Rock 2025): Flux without modulation layers in its blocks and without a pooled prompt; a small
// network of its own gives all blocks their modulation from the time. Sizes and depths are read from the weights.
#pragma once

#include "inference/models/flux/blocks.hpp"
#include "inference/models/flux/positions.hpp"
#include "inference/models/model.hpp"

#include <vector>

namespace easel::inference::chroma {

// Which of the block's normalisations a row of modulation is for is part of the input, as an embedded index.
class Approximator {
public:
    explicit Approximator(const Weights& w);

    // `timestep` and `guidance` [batch] to one vector for each index: [batch, 344, dim].
    Tensor operator()(const Tensor& timestep, const Tensor& guidance, at::ScalarType dtype) const;

private:
    Linear in_proj_, out_proj_;
    std::vector<flux::Embedder> layers_;
    std::vector<RmsNorm> norms_;
};

// The blocks between the embedded patches and the output layer, which Chroma and Radiance share.
class Backbone {
public:
    struct Output {
        Tensor image;         // [batch, tokens, dim]
        Tensor shift, scale;  // [batch, 1, dim], of the normalisation before the last layer
    };

    Backbone(const Weights& w, flux::Axes axes);

    // `image` [batch, patches, dim]; changes it in place.
    Output operator()(Tensor image, const NetworkInput& input, const flux::Layout& layout) const;
    int64_t dim() const { return txt_in_.out_features(); }

private:
    flux::RopeTables ropes_;
    Linear txt_in_;
    Approximator approximator_;
    std::vector<flux::DoubleBlock> double_blocks_;
    std::vector<flux::SingleBlock> single_blocks_;
};

class Chroma : public DiffusionModel {
public:
    explicit Chroma(const Weights& w);

    Tensor predict(const NetworkInput& input) const override;
    void set_inputs(NetworkInput& input, const Condition& condition, const SamplingTarget& target) const override;
    std::size_t activation_bytes(at::IntArrayRef latent) const override;
    LoraKeys lora_keys() const override;

private:
    Weights weights_;
    Linear img_in_;
    Backbone backbone_;
    Linear final_;
};

}  // namespace easel::inference::chroma
