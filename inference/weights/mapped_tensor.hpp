// Tensors whose values lie in a mapped file, and giving their memory back while they are not needed.
#pragma once

#include "base/mapped_file.hpp"
#include "inference/tensor.hpp"

#include <memory>

namespace easel::inference {

// A tensor over a part of `file` that begins at `data`, aligned for its type. Nobody may write to it.
Tensor mapped_tensor(std::shared_ptr<const MappedFile> file, const std::byte* data, at::IntArrayRef shape,
                     at::ScalarType type);

// Tells the kernel that the values of a mapped tensor are not needed for now: they are read from the file again when
// somebody looks at them. Does nothing for tensors that lie elsewhere.
void release_pages(const Tensor& tensor);

}  // namespace easel::inference
