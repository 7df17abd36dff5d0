// Writing model files whose tensors are made one at a time, so that a merged model is never in memory as a whole.
#pragma once

#include "inference/patches/patch.hpp"
#include "inference/weights/weights.hpp"

#include <filesystem>
#include <functional>
#include <map>
#include <memory>
#include <string>
#include <vector>

namespace easel::inference {

// A tensor that is to be written: what it will be, and how it is made.
struct PendingTensor {
    at::ScalarType dtype = at::kFloat;
    std::vector<int64_t> shape;
    std::function<Tensor()> make;
};
using PendingTensors = std::map<std::string, PendingTensor>;

// As save_safetensors of tensors.
void save_safetensors(const std::filesystem::path& path, const PendingTensors& tensors,
                      const std::map<std::string, std::string>& metadata);

// What a table holds by its keys, as seen with `patches`. Tensors keep the type of the file; quantised
// ones become float16.
PendingTensors pending_tensors(const std::shared_ptr<WeightTable>& table,
                               const std::shared_ptr<const PatchSet>& patches);

}  // namespace easel::inference
