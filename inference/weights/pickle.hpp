// PyTorch's own files (.ckpt, .pt, .pth, .bin): Python pickles, in a zip archive or one after the other. A pickle is a
// program; this reader runs only the parts of it that build tensors, numbers, texts, lists and dictionaries, and
// refuses files that name anything else.
#pragma once

#include "base/mapped_file.hpp"
#include "inference/weights/pickle_machine.hpp"
#include "inference/weights/safetensors.hpp"

#include <memory>
#include <span>

namespace easel::inference {

bool is_pickle(std::span<const std::byte> file);

// Tensors inside dictionaries get their keys with dots between them; a dictionary under "state_dict", or the only one
// there is, stands for the whole. Texts and truth values beside them become metadata. Throws ModelError, naming what it
// refuses.
WeightFile open_pickle(const std::shared_ptr<const MappedFile>& mapping);

// What the file holds, as it is. Throws ModelError likewise.
PickleRef read_pickle(const std::shared_ptr<const MappedFile>& mapping);

}  // namespace easel::inference
