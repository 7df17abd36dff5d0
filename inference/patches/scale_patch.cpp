#include "inference/patches/scale_patch.hpp"

namespace easel::inference {
namespace {

class ScalePatch : public Patch {
public:
    explicit ScalePatch(double factor) : factor_(factor) {}
    Tensor apply(Tensor weight, double strength) const override { return weight.mul_(factor_ * strength); }

private:
    double factor_;
};

}  // namespace

PatchList scale_patches(const WeightTable& weights, const ModuleFactor& factor_of) {
    PatchList patches;
    for (const WeightTable::Entry& entry : weights.entries()) {
        const std::string_view key = entry.key;
        if (!key.ends_with(".weight") && !key.ends_with(".bias")) continue;
        const double factor = factor_of(key.substr(0, key.rfind('.')));
        if (factor != 1.0)
            patches.emplace_back(entry.key, AppliedPatch{.patch = std::make_shared<ScalePatch>(factor)});
    }
    return patches;
}

}  // namespace easel::inference
