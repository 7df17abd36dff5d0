// The safetensors format: a length, a JSON header, and the tensors' bytes one after the other.
#pragma once

#include "base/mapped_file.hpp"
#include "inference/weights/weights.hpp"

#include <filesystem>
#include <map>
#include <memory>
#include <string>

namespace easel::inference {

// A model file as it lies on disk: tensors that point into the mapped file (and keep it mapped), and its text entries.
struct WeightFile {
    std::filesystem::path path;
    TensorMap tensors;
    std::map<std::string, std::string> metadata;
};

// Opens a model file in any format that is known (safetensors, GGUF, PyTorch's pickles) without copying its tensors,
// except those that the file does not align. Weights that are stored quantised become encoded tensors (encoded.hpp).
// One part of a file that was cut into pieces (`-00001-of-00003`) stands for all of them. Throws UserError when it
// cannot be read and ModelError, with the file's name, when anything in it contradicts the format.
WeightFile open_weights(const std::filesystem::path& path);

// The tensors of a safetensors file as they are.
WeightFile open_safetensors(const std::shared_ptr<const MappedFile>& mapping);

// Writes tensors and text entries, through a temporary file beside `path` that is renamed at the end.
void save_safetensors(const std::filesystem::path& path, const TensorMap& tensors,
                      const std::map<std::string, std::string>& metadata = {});

}  // namespace easel::inference
