// Merging: weights of one model changed by those of another, which stay where they are until they are needed.
#pragma once

#include "inference/patches/patch.hpp"
#include "inference/weights/weights.hpp"

#include <functional>
#include <memory>
#include <optional>
#include <string_view>

namespace easel::inference {

// merged = own * the first model's weight + other * the second's.
struct MergeRatio {
    double own = 0.0, other = 1.0;
};

// The ratio for a weight, by its key; nothing leaves the weight alone.
using MergeRatios = std::function<std::optional<MergeRatio>(std::string_view key)>;

// For every key that both tables have. `other_patches` are those that the second model wants to see in its weights.
PatchList merge_patches(const WeightTable& own, const std::shared_ptr<WeightTable>& other,
                        const std::shared_ptr<const PatchSet>& other_patches, const MergeRatios& ratios);

}  // namespace easel::inference
