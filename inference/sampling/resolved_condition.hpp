// Conditions made ready for one run of sampling: boxes in latent cells, masks at the latent's size, schedule shares as
// noise levels, and what the network reads beside the prompt.
#pragma once

#include "inference/models/model.hpp"
#include "inference/sampling/conditioning.hpp"
#include "inference/tensor.hpp"

#include <optional>
#include <vector>

namespace easel::inference {

// One entry per spatial dimension of the latent.
struct Box {
    std::vector<int64_t> size, start;

    bool operator==(const Box&) const = default;
    // The part of a tensor [.., .., spatial...] that the box covers.
    Tensor of(const Tensor& tensor, int64_t first_dimension = 2) const;
};

struct ResolvedCondition {
    NetworkInput inputs;  // all but x and timestep
    std::optional<Box> box;
    double strength = 1.0;
    std::optional<Tensor> mask;  // [batch, spatial...], at the latent's size
    double mask_strength = 1.0;
    // Counts where sigma is within; unset is unlimited.
    std::optional<double> first_sigma, last_sigma;
};

struct ResolvedConditions {
    std::vector<ResolvedCondition> positive, negative;
};

// (comfy.samplers.process_conds)
ResolvedConditions resolve(const Model& model, const Conditioning& positive, const Conditioning& negative,
                           const SamplingTarget& target);

}  // namespace easel::inference
