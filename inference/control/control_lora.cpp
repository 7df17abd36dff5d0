#include "inference/control/sd_control.hpp"

#include "inference/models/model.hpp"
#include "inference/patches/lora_patches.hpp"

namespace easel::inference {
namespace {

constexpr std::string_view up_suffix = ".up";

bool ends_in_weight(const std::string& key) { return key.ends_with(".weight") || key.ends_with(".bias"); }

class ControlLora final : public ControlNetwork {
public:
    ControlLora(TensorMap tensors, std::function<Weights(TensorMap)> table)
        : tensors_(std::move(tensors)), table_(std::move(table)) {}

    ControlResiduals operator()(const ControlCall& call) const override { return network_for(call.model)(call); }
    const ControlTraits& traits() const override { return traits_; }
    const WeightTable* weights() const override { return network_ ? network_->weights() : nullptr; }

private:
    const SdControl& network_for(const Model& model) const {
        if (network_ && base_ == model.weights() && base_patches_ == model.patches()) return *network_;
        TensorMap merged;
        for (const auto& entry : model.weights()->entries())
            merged.emplace(entry.key, entry.stored);
        PatchList differences;
        for (const auto& [key, tensor] : tensors_) {
            if (ends_in_weight(key)) merged[key] = tensor;
            if (!key.ends_with(up_suffix)) continue;
            const std::string layer = key.substr(0, key.size() - up_suffix.size());
            const auto down = tensors_.find(layer + ".down");
            if (down == tensors_.end()) continue;
            differences.emplace_back(layer + ".weight",
                                     AppliedPatch{low_rank_patch(tensor, down->second, {}, {}, std::nullopt), 1.0});
        }
        network_ = std::make_unique<SdControl>(table_(std::move(merged)), /*averages=*/false);
        network_->use(PatchSet::with(model.patches(), differences));
        base_ = model.weights();
        base_patches_ = model.patches();
        return *network_;
    }

    TensorMap tensors_;
    std::function<Weights(TensorMap)> table_;
    ControlTraits traits_;
    mutable std::unique_ptr<SdControl> network_;
    mutable std::shared_ptr<WeightTable> base_;
    mutable std::shared_ptr<const PatchSet> base_patches_;
};

}  // namespace

std::shared_ptr<const ControlNetwork> make_control_lora(TensorMap tensors, std::function<Weights(TensorMap)> table) {
    return std::make_shared<ControlLora>(std::move(tensors), std::move(table));
}

}  // namespace easel::inference
