// Writing values as PyTorch's save function does, so that it can load them: a zip archive of a pickle and the numbers
// of its tensors.
#pragma once

#include "inference/weights/pickle_machine.hpp"

#include <filesystem>
#include <string>

namespace easel::inference {

// Values for what is to be written.
PickleRef pickled(Tensor tensor);
PickleRef pickled(std::string text);
PickleRef pickled(double number);
PickleRef pickled(PickleList list);
PickleRef pickled(PickleDict dictionary);
// Appends a member with a text as its key.
void set(PickleDict& dictionary, std::string key, PickleRef value);

// Takes the place of an older file only when all is written. Tensors are saved from the CPU, without their strides.
// Throws UserError when the file cannot be written or would pass 4 GiB, the limit of the archives it makes.
void save_pickle(const std::filesystem::path& path, const PickleValue& root);

}  // namespace easel::inference
