// Changes to weights: what a LoRA file says about one tensor (Patch), and the persistent list of patches that a model
// handle carries (PatchSet). Weights are patched in float32, in the order in which the patches were added.
#pragma once

#include "inference/tensor.hpp"

#include <cstdint>
#include <map>
#include <memory>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace easel::inference {

class Patch {
public:
    virtual ~Patch() = default;
    // `weight` is float32 and the caller's own: it may be changed in place, and what is returned counts. A patch whose
    // shape does not fit throws ModelError, which skips it with a warning, as ComfyUI does.
    virtual Tensor apply(Tensor weight, double strength) const = 0;
};

struct AppliedPatch {
    std::shared_ptr<const Patch> patch;
    double strength = 1.0;
    double base = 1.0;  // what the weight is multiplied by first, for merging

    bool operator==(const AppliedPatch&) const = default;
};

// The part of a weight that a patch is about: `length` rows from `start` of a dimension.
struct WeightSlice {
    int64_t dimension = 0, start = 0, length = 0;
};
// Lets `patch` see only a part of the weight.
std::shared_ptr<const Patch> sliced_patch(std::shared_ptr<const Patch> patch, WeightSlice slice);
// Lets `patch` see the weight with the halves of its first dimension exchanged.
std::shared_ptr<const Patch> swapped_patch(std::shared_ptr<const Patch> patch);

// What is to be changed, by weight key; a key may come several times.
using PatchList = std::vector<std::pair<std::string, AppliedPatch>>;

// Immutable; `with` makes a longer one. Null stands for the empty set.
class PatchSet {
public:
    static std::shared_ptr<const PatchSet> with(const std::shared_ptr<const PatchSet>& base, const PatchList& patches);

    // In the order they apply; empty for most keys.
    const std::vector<AppliedPatch>& of(std::string_view key) const;
    bool empty() const { return by_key_.empty(); }

private:
    std::map<std::string, std::vector<AppliedPatch>, std::less<>> by_key_;
};

}  // namespace easel::inference
