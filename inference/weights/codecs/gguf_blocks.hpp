// The block formats of GGUF files (ggml's quantisations): how many bytes hold how many values, and how to decode them.
#pragma once

#include <cstdint>
#include <string_view>

namespace easel::inference {

struct GgufBlockType {
    std::uint32_t id;  // in the file
    std::string_view name;
    int64_t bytes;   // of a block
    int64_t values;  // in a block
    // Writes the values of one block.
    void (*decode)(const std::uint8_t* block, float* values_out);
};

// Null for types that are not quantised or not known.
const GgufBlockType* find_gguf_block_type(std::uint32_t id);

}  // namespace easel::inference
