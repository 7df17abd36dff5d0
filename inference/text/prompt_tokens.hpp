// A prompt as an encoder reads it: chunks of equal length, each of weighted tokens. (ComfyUI's SDTokenizer)
#pragma once

#include "inference/tensor.hpp"

#include <filesystem>
#include <functional>
#include <string>
#include <string_view>
#include <vector>

namespace easel::inference {

// A token of the vocabulary, or a vector in its place.
struct PromptToken {
    int id = 0;
    Tensor vector;  // [dim] where defined; the id means nothing then
    double weight = 1.0;
};

using PromptChunk = std::vector<PromptToken>;

// How an encoder wants its chunks. The functions turn plain text into ids without start and end, and the name of a
// textual inversion into its vectors [count, dim] (undefined: there is none).
struct PromptFormat {
    int start = 49406;
    int end = 49407;
    int pad = 49407;
    std::size_t length = 77;
    std::function<std::vector<int>(std::string_view)> tokenize;
    std::function<Tensor(std::string_view)> embedding;
};

// At least one chunk. A word (one stretch of equal weight) of fewer than eight tokens is not cut in two.
std::vector<PromptChunk> tokenize_prompt(std::string_view prompt, const PromptFormat& format);

}  // namespace easel::inference
