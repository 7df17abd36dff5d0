// The GGUF format of llama.cpp: typed texts and numbers, then tensors, most of them in blocks of quantised values.
#pragma once

#include "base/mapped_file.hpp"
#include "inference/weights/safetensors.hpp"

#include <memory>

namespace easel::inference {

bool is_gguf(std::span<const std::byte> file);

// The tensors stay quantised and in the file: see encoded.hpp. Names of text encoders are those of transformers, not
// llama.cpp's. Throws ModelError, with the file's name, when it contradicts the format or has blocks of a type that is
// not known.
WeightFile open_gguf(const std::shared_ptr<const MappedFile>& mapping);

}  // namespace easel::inference
