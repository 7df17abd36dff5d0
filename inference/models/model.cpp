#include "inference/models/model.hpp"

#include "inference/layers/exact_products.hpp"
#include "inference/layers/half_attention.hpp"
#include "inference/memory/device_memory.hpp"
#include "inference/sampling/concat_input.hpp"
#include "inference/sampling/model_options.hpp"

namespace easel::inference {

void DiffusionModel::set_inputs(NetworkInput& input, const Condition& condition, const SamplingTarget& target) const {
    input.context = condition.cross;
    input.concat = concat_input(concat_channels(), condition, target);
}

Tensor Model::predict(const NetworkInput& input) const {
    return with_room(parts_->weights.get(), [&] {
        parts_->weights->use(patches_);
        parts_->weights->compute_in(compute_dtype_);
        const ExactProducts exact(compute_dtype_ == at::kFloat);
        const HalfAttention attention(parts_->weights->settings().half_products && !ExactProducts::are_wanted());
        return parts_->network->predict(input);
    });
}

void Model::set_inputs(NetworkInput& input, const Condition& condition, const SamplingTarget& target) const {
    parts_->weights->use(patches_);
    parts_->weights->compute_in(compute_dtype_);
    parts_->network->set_inputs(input, condition, target);
}

Model Model::with_lora(const Lora& lora, double strength) const {
    if (strength == 0.0) return *this;
    Model patched = with_patches(lora.patches_for(parts_->network->lora_keys(), strength));
    if (!lora.metadata().empty())
        patched.lora_metadata_ = std::make_shared<const std::map<std::string, std::string>>(lora.metadata());
    return patched;
}

const std::map<std::string, std::string>& Model::lora_metadata() const {
    static const std::map<std::string, std::string> none;
    return lora_metadata_ ? *lora_metadata_ : none;
}

Model Model::with_patches(const PatchList& patches) const {
    Model patched = *this;
    patched.patches_ = PatchSet::with(patches_, patches);
    return patched;
}

Model Model::with_parameterization(Parameterization parameterization) const {
    Model changed = *this;
    changed.parameterization_ = std::move(parameterization);
    return changed;
}

Model Model::with_latent_format(LatentFormat format) const {
    Model changed = *this;
    changed.latent_format_ = std::move(format);
    return changed;
}

Model Model::with_compute_dtype(std::optional<at::ScalarType> dtype) const {
    Model changed = *this;
    changed.compute_dtype_ = dtype;
    return changed;
}

const ModelOptions& Model::options() const {
    static const ModelOptions none{};
    return options_ ? *options_ : none;
}

Model Model::with_options(std::shared_ptr<const ModelOptions> options) const {
    Model changed = *this;
    changed.options_ = std::move(options);
    return changed;
}

Model Model::with_merged(const Model& other, const MergeRatios& ratios) const {
    Model merged = *this;
    merged.patches_ = PatchSet::with(patches_, merge_patches(*weights(), other.weights(), other.patches_, ratios));
    return merged;
}

Model Model::with_timed_mask(double strength) const {
    Model timed = *this;
    timed.timed_mask_ = strength;
    return timed;
}

}  // namespace easel::inference
