// What MODEL_PATCH links carry: small networks that change what the blocks of a diffusion model compute, each kind for
// one family. A node applies one by putting it into a Model handle's options.
#pragma once

#include "inference/tensor.hpp"
#include "inference/weights/weights.hpp"

#include <functional>
#include <memory>

namespace easel::inference {

class ModelPatch {
public:
    virtual ~ModelPatch() = default;
};

// A file's tensors, and what makes weights of tensors.
struct ModelPatchFile {
    const TensorMap& tensors;
    const std::function<Weights(TensorMap)>& table;
};

// Throws ModelError when no kind is recognised. (ModelPatchLoader)
std::shared_ptr<const ModelPatch> load_model_patch(const ModelPatchFile& file);

}  // namespace easel::inference
