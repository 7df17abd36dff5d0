#include "inference/patches/patch.hpp"

namespace easel::inference {

std::shared_ptr<const PatchSet> PatchSet::with(const std::shared_ptr<const PatchSet>& base, const PatchMap& patches,
                                               double strength) {
    auto longer = base ? std::make_shared<PatchSet>(*base) : std::make_shared<PatchSet>();
    for (const auto& [key, patch] : patches)
        longer->by_key_[key].push_back({patch, strength});
    return longer;
}

const std::vector<AppliedPatch>& PatchSet::of(std::string_view key) const {
    static const std::vector<AppliedPatch> none;
    const auto found = by_key_.find(key);
    return found == by_key_.end() ? none : found->second;
}

}  // namespace easel::inference
