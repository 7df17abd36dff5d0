// Weights that conditions change in turn, each in its own way, within every step of a run. What has been made of a
// weight for one of them is kept while another one is at work, so that it is patched once and not at each change.
// (ModelPatcher.cached_hook_patches)
#pragma once

#include "inference/weights/weights.hpp"

#include <cstddef>
#include <cstdint>
#include <map>
#include <memory>
#include <set>
#include <string>
#include <vector>

namespace easel::inference {

// For weights in the processor's memory; elsewhere nothing is kept. Belongs to the thread that runs inference.
class BakedWeights {
public:
    // Keeps at most so many bytes. Null table: nothing.
    BakedWeights(std::shared_ptr<WeightTable> table, std::size_t most_bytes)
        : table_(std::move(table)), most_bytes_(most_bytes) {}

    // To be called before other patches are put in force. `variant` stands for those; they and the ones in force so far
    // differ in nothing but the weights of `keys` and of the last call's.
    void change_to(std::int64_t variant, const std::set<std::string>& keys);

    std::size_t kept_bytes() const;

private:
    struct Form {
        Tensor ready, packed;
        PackedForm packed_as;
        std::vector<AppliedPatch> baked;
    };
    struct Variant {
        std::map<WeightTable::Entry*, Form> forms;
        std::uint64_t last_used = 0;
    };

    bool is_kept_apart(const WeightTable::Entry& entry) const;
    void keep_within_limit();

    std::shared_ptr<WeightTable> table_;
    std::size_t most_bytes_;
    std::map<std::int64_t, Variant> variants_;
    std::int64_t current_ = 0;
    std::set<std::string> keys_;  // of the variant at work
    std::uint64_t uses_ = 0;
};

}  // namespace easel::inference
