// CLIP's tokenizer: byte-level byte-pair encoding of lower-cased words. Its merge list is part of the program.
#pragma once

#include "inference/text/tokenizers/byte_pairs.hpp"

#include <string_view>
#include <vector>

namespace easel::inference {

class ClipBpe {
public:
    static constexpr int start = 49406;
    static constexpr int end = 49407;

    // The one instance; built when first asked for, immutable afterwards.
    static const ClipBpe& instance();

    // The tokens of a text, without start and end. `<|startoftext|>` and `<|endoftext|>` in it are the tokens.
    std::vector<int> encode(std::string_view text) const;

private:
    ClipBpe();
    void encode_plain(std::string_view text, std::vector<int>& tokens) const;
    void encode_word(std::string_view word, std::vector<int>& tokens) const;

    MergeTable merges_;
    int byte_token_[256];  // of a byte inside a word; 256 more at its end
};

}  // namespace easel::inference
