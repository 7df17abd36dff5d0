// The diffusion transformer of Stable Diffusion 3 and 3.5 (Esser et al. 2024). Widths, depth, the norms of queries and
// keys and which blocks have a second attention are read from the weights.
#pragma once

#include "inference/layers/conv.hpp"
#include "inference/models/model.hpp"
#include "inference/models/sd3/blocks.hpp"

#include <optional>
#include <vector>

namespace easel::inference::sd3 {

class Mmdit : public DiffusionModel {
public:
    // `w` is the part of a checkpoint under `model.diffusion_model.`; throws MissingWeight.
    explicit Mmdit(const Weights& w);

    Tensor predict(const NetworkInput& input) const override;
    void set_inputs(NetworkInput& input, const Condition& condition, const SamplingTarget& target) const override;
    std::size_t activation_bytes(at::IntArrayRef latent) const override;
    LoraKeys lora_keys() const override;

private:
    // The embedded time and pooled prompt after their SiLU, [batch, dim].
    Tensor embedded(const NetworkInput& input) const;

    Weights weights_;
    int64_t patch_;
    Conv2d picture_in_;
    PositionTable positions_;
    Embedder time_;
    std::optional<Embedder> pooled_;
    std::optional<Linear> text_in_;
    std::vector<JointBlock> blocks_;
    Linear final_modulation_, final_;
};

}  // namespace easel::inference::sd3
