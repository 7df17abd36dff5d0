// A byte-pair tokenizer as Hugging Face's `tokenizer.json` describes it: those of Llama 3 and GPT-OSS, whose
// vocabularies come with a model's files.
#pragma once

#include "inference/text/tokenizers/byte_pairs.hpp"
#include "inference/text/tokenizers/word_split.hpp"

#include <array>
#include <string>
#include <string_view>
#include <unordered_map>
#include <utility>
#include <vector>

namespace easel::inference {

class JsonBpe {
public:
    // Throws ModelError when the text is no such file, or one of a tokenizer of another kind.
    explicit JsonBpe(std::string_view json);

    // Without a start. Added tokens (`<|end|>`) in the text are the tokens.
    std::vector<int> encode(std::string_view text) const;
    // The bytes of tokens; added ones have none.
    std::string decode(const std::vector<int>& tokens) const;

private:
    void encode_plain(std::string_view text, std::vector<int>& tokens) const;

    // Inside, tokens are numbered in the order of the merges that make them, behind the 256 bytes.
    MergeTable merges_;
    std::vector<int> ids_;                            // of those
    std::unordered_map<std::string, int> whole_;      // words that are tokens without merging
    std::unordered_map<int, std::string> bytes_;      // by id
    std::vector<std::pair<std::string, int>> added_;  // the longest first
    std::size_t digits_ = 3;
    WordCase word_case_ = WordCase::ignored;
};

}  // namespace easel::inference
