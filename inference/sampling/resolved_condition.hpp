// Conditions made ready for one run of sampling: boxes in latent cells, masks at the latent's size, schedule shares as
// noise levels, and what the network reads beside the prompt.
#pragma once

#include "inference/models/model.hpp"
#include "inference/sampling/conditioning.hpp"
#include "inference/tensor.hpp"

#include <cstdint>
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
    uint64_t id = 0;      // the same for all that stems from one Condition
    NetworkInput inputs;  // all but x and timestep
    std::optional<Box> box;
    double strength = 1.0;
    std::optional<Tensor> mask;  // [batch, spatial...], at the latent's size
    double mask_strength = 1.0;
    // Counts where sigma is within; unset is unlimited.
    std::optional<double> first_sigma, last_sigma;
    std::shared_ptr<const AppliedControl> control;  // null for none
    bool control_for_both_sides = false;
    std::shared_ptr<const GroundedPhrases> grounded;  // null for none
    std::shared_ptr<const HookGroup> hooks;           // null for none
    bool is_default = false;                          // counts only where no other condition of its side does
};

// The conditions of one side of guidance.
struct GuidedSide {
    Conditioning conditions;
    bool is_negative = false;         // what the network is told, where it tells the sides apart
    std::optional<Model> model = {};  // unset: the guider's
};

// The conditions of each side; a box on one side gets a counterpart on the others. Sides with a model of their own are
// made ready for it, alone. (comfy.samplers.process_conds)
std::vector<std::vector<ResolvedCondition>> resolve(const Model& model, const std::vector<GuidedSide>& sides,
                                                    const SamplingTarget& target);

}  // namespace easel::inference
