#include "inference/models/model.hpp"

#include "inference/sampling/concat_input.hpp"

namespace easel::inference {

void DiffusionModel::set_inputs(NetworkInput& input, const Condition& condition, const SamplingTarget& target) const {
    input.context = condition.cross;
    input.concat = concat_input(concat_channels(), condition, target);
}

Tensor Model::predict(const NetworkInput& input) const {
    parts_->weights->use(patches_);
    return parts_->network->predict(input);
}

Model Model::with_lora(const Lora& lora, double strength) const {
    if (strength == 0.0) return *this;
    Model patched = *this;
    patched.patches_ = PatchSet::with(patches_, lora.patches_for(parts_->network->lora_keys()), strength);
    return patched;
}

Model Model::with_timed_mask(double strength) const {
    Model timed = *this;
    timed.timed_mask_ = strength;
    return timed;
}

}  // namespace easel::inference
