// Random weights that record_networks.py draws as well: from torch's generator, tensor by tensor in the order of their
// names, the place in that order being the seed.
#pragma once

#include "inference/sampling/noise.hpp"
#include "inference/weights/weights.hpp"

#include <nlohmann/json.hpp>

#include <cmath>

namespace easel::inference::testing {

// `shapes` maps names to shapes.
inline Weights drawn_weights(const nlohmann::json& shapes, at::ScalarType compute_dtype = at::kFloat) {
    TensorMap tensors;
    uint64_t seed = 0;
    for (const auto& [name, value] : shapes.items()) {
        const auto shape = value.get<std::vector<int64_t>>();
        Tensor drawn = random_normal(shape, seed++);
        if (shape.size() > 1) {
            drawn = drawn / std::sqrt(static_cast<double>(drawn.numel() / shape[0]));
        } else {
            const bool is_scale = name.ends_with(".weight") || name.ends_with("running_var");
            drawn = drawn * 0.1 + (is_scale ? 1.0 : 0.0);
        }
        tensors.emplace(name, drawn);
    }
    return Weights(std::make_shared<WeightTable>(
        std::move(tensors), WeightTable::Settings{.origin = "drawn weights", .compute_dtype = compute_dtype}));
}

}  // namespace easel::inference::testing
