#include "inference/patches/patch.hpp"

#include "base/error.hpp"

namespace easel::inference {
namespace {

class Sliced final : public Patch {
public:
    Sliced(std::shared_ptr<const Patch> patch, WeightSlice slice) : patch_(std::move(patch)), slice_(slice) {}

    Tensor apply(Tensor weight, double strength) const override {
        if (weight.dim() <= slice_.dimension || weight.size(slice_.dimension) < slice_.start + slice_.length)
            throw ModelError("it is for a part of a larger weight");
        const Tensor part = weight.narrow(slice_.dimension, slice_.start, slice_.length);
        const Tensor changed = patch_->apply(part.clone(), strength);
        if (changed.sizes() != part.sizes()) throw ModelError("it changes the size of a part of a weight");
        part.copy_(changed);
        return weight;
    }

private:
    std::shared_ptr<const Patch> patch_;
    WeightSlice slice_;
};

class Swapped final : public Patch {
public:
    explicit Swapped(std::shared_ptr<const Patch> patch) : patch_(std::move(patch)) {}

    Tensor apply(Tensor weight, double strength) const override {
        return swapped(patch_->apply(swapped(weight), strength));
    }

private:
    static Tensor swapped(const Tensor& weight) {
        const auto halves = weight.chunk(2, 0);
        return at::cat({halves.back(), halves.front()});
    }

    std::shared_ptr<const Patch> patch_;
};

}  // namespace

std::shared_ptr<const Patch> sliced_patch(std::shared_ptr<const Patch> patch, WeightSlice slice) {
    return std::make_shared<Sliced>(std::move(patch), slice);
}

std::shared_ptr<const Patch> swapped_patch(std::shared_ptr<const Patch> patch) {
    return std::make_shared<Swapped>(std::move(patch));
}

std::shared_ptr<const PatchSet> PatchSet::with(const std::shared_ptr<const PatchSet>& base, const PatchList& patches) {
    auto longer = base ? std::make_shared<PatchSet>(*base) : std::make_shared<PatchSet>();
    for (const auto& [key, patch] : patches)
        longer->by_key_[key].push_back(patch);
    return longer;
}

const std::vector<AppliedPatch>& PatchSet::of(std::string_view key) const {
    static const std::vector<AppliedPatch> none;
    const auto found = by_key_.find(key);
    return found == by_key_.end() ? none : found->second;
}

}  // namespace easel::inference
