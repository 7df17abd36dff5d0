// Textual inversions: files that hold vectors for a prompt to name, as in `embedding:easynegative`.
#pragma once

#include "inference/tensor.hpp"

#include <filesystem>
#include <optional>
#include <string_view>
#include <vector>

namespace easel::inference {

// The vectors [count, dim] of the embedding called `name` (a relative path, with or without its extension) in any of
// the folders or below them, for the encoder called `encoder` ("clip_l") where a file serves several. Nothing, and a
// warning where a file is there but cannot be used, when there is none.
std::optional<Tensor> find_embedding(std::string_view name, std::string_view encoder,
                                     const std::vector<std::filesystem::path>& folders);

}  // namespace easel::inference
