// A prompt as an encoder reads it: chunks of equal length, each of weighted tokens. (ComfyUI's SDTokenizer)
#pragma once

#include "inference/tensor.hpp"

#include <filesystem>
#include <functional>
#include <limits>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace easel::inference {

// A token of the vocabulary, or vectors in its place.
struct PromptToken {
    int id = 0;
    Tensor vector;  // [dim] where defined, or [count, dim] for as many tokens; the id means nothing then
    double weight = 1.0;
};

using PromptChunk = std::vector<PromptToken>;

// The length of a format whose prompts are never cut.
constexpr std::size_t endless = std::numeric_limits<std::size_t>::max() / 2;

// How an encoder wants its chunks. The functions turn plain text into ids without start and end, and the name of a
// textual inversion into its vectors [count, dim] (undefined: there is none).
struct PromptFormat {
    std::optional<int> start = 49406;
    std::optional<int> end = 49407;
    int pad = 49407;
    std::size_t length = 77;      // of a chunk at most
    bool fills = true;            // whether every chunk is padded to `length`
    std::size_t min_length = 0;   // to which the last chunk is padded
    std::size_t min_padding = 0;  // padding of the last chunk in any case
    bool pads_left = false;
    bool reads_weights = true;  // whether parentheses weight words; a backslash before one is dropped in any case
    std::function<std::vector<int>(std::string_view)> tokenize;
    std::function<Tensor(std::string_view)> embedding;
};

// At least one chunk. A word (one stretch of equal weight) of fewer than eight tokens is not cut in two.
std::vector<PromptChunk> tokenize_prompt(std::string_view prompt, const PromptFormat& format);

}  // namespace easel::inference
