#include "inference/patches/merge.hpp"

namespace easel::inference {
namespace {

// Adds a weight of another table.
class OtherWeight final : public Patch {
public:
    OtherWeight(std::shared_ptr<WeightTable> table, std::string key, std::vector<AppliedPatch> patches)
        : table_(std::move(table)), key_(std::move(key)), patches_(std::move(patches)) {}

    Tensor apply(Tensor weight, double strength) const override {
        if (strength == 0.0) return weight;
        const Tensor other = table_->patched(*table_->find(key_), patches_);
        if (other.sizes() != weight.sizes())
            throw ModelError("the other model's weight has the shape " + c10::str(other.sizes()) + " instead of " +
                             c10::str(weight.sizes()));
        return weight.add_(other.to(weight.device()), strength);
    }

private:
    std::shared_ptr<WeightTable> table_;
    std::string key_;
    std::vector<AppliedPatch> patches_;
};

}  // namespace

PatchList merge_patches(const WeightTable& own, const std::shared_ptr<WeightTable>& other,
                        const std::shared_ptr<const PatchSet>& other_patches, const MergeRatios& ratios) {
    static const std::vector<AppliedPatch> none;
    PatchList patches;
    for (const auto& entry : own.entries()) {
        if (other->find(entry.key) == nullptr) continue;
        const auto ratio = ratios(entry.key);
        if (!ratio) continue;
        auto patch =
            std::make_shared<const OtherWeight>(other, entry.key, other_patches ? other_patches->of(entry.key) : none);
        patches.emplace_back(entry.key, AppliedPatch{std::move(patch), ratio->other, ratio->own});
    }
    return patches;
}

}  // namespace easel::inference
