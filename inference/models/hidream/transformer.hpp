// HiDream-I1's diffusion transformer. It reads the prompt from T5 and from every layer of Llama: each block sees the
// features of the layer at its own depth.
#pragma once

#include "inference/models/hidream/blocks.hpp"
#include "inference/models/model.hpp"

#include <vector>

namespace easel::inference::hidream {

class Transformer : public DiffusionModel {
public:
    // Throws MissingWeight.
    explicit Transformer(const Weights& w);

    // Reads Llama's features, `conditioning_llama3` [batch, layers, tokens, dim], beside the context. A `concat` stands
    // to the right of the picture (HiDream-E1's picture to edit).
    Tensor predict(const NetworkInput& input) const override;
    void set_inputs(NetworkInput& input, const Condition& condition, const SamplingTarget& target) const override;
    std::size_t activation_bytes(at::IntArrayRef latent) const override;
    LoraKeys lora_keys() const override;

private:
    // Two layers around a SiLU.
    struct Embedder {
        Linear in, out;

        explicit Embedder(const Weights& w) : in(w / "linear_1"), out(w / "linear_2") {}
        Tensor operator()(const Tensor& x) const { return out(at::silu(in(x))); }
    };

    // The embedded time and pooled prompt after their SiLU, [batch, dim].
    Tensor embedded(const NetworkInput& input) const;
    // Llama's features for the block at `depth`, projected: [batch, tokens, dim].
    Tensor llama_features(const Tensor& llama, std::size_t depth) const;

    Weights weights_;
    Embedder time_, pooled_;
    Linear picture_in_;
    std::vector<Linear> llama_in_;  // one for each block
    Linear t5_in_;
    std::vector<DoubleBlock> double_blocks_;
    std::vector<SingleBlock> single_blocks_;
    Linear final_modulation_, final_;
};

}  // namespace easel::inference::hidream
