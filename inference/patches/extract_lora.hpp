// Making LoRA files of the difference between two models.
#pragma once

#include "inference/patches/patch.hpp"
#include "inference/weights/weights.hpp"

#include <functional>
#include <memory>
#include <string>

namespace easel::inference {

struct LoraExtraction {
    int64_t rank = 8;
    bool low_rank = true;     // else the differences as they are
    bool with_biases = true;  // and the weights of norms
};

// What `table` holds when seen with `patches` (a difference, made by merging), as the tensors of a LoRA file in
// float16. `name` gives the file's name of a module. Weights whose decomposition fails are left out with a warning.
// (comfy_extras.nodes_lora_extract)
TensorMap extract_lora(const WeightTable& table, const std::shared_ptr<const PatchSet>& patches,
                       const LoraExtraction& settings, const std::function<std::string(const std::string&)>& name);

}  // namespace easel::inference
