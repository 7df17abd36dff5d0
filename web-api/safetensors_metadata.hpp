// The free texts in the head of a safetensors file, read without its tensors.
#pragma once

#include "base/json.hpp"

#include <cstdint>
#include <filesystem>

namespace easel::web {

// The `__metadata__` object; null when there is none, the file is not one, or its head is larger than `largest`.
Json safetensors_metadata(const std::filesystem::path& path, std::uint64_t largest);

}  // namespace easel::web
