// What llama.cpp calls the tensors of text encoders, and what transformers calls them.
#pragma once

#include "inference/weights/weights.hpp"

#include <map>
#include <string>

namespace easel::inference {

// Renames the tensors of a text encoder by the architecture that the metadata names; others are left alone.
TensorMap with_transformers_names(TensorMap tensors, const std::map<std::string, std::string>& metadata);

}  // namespace easel::inference
