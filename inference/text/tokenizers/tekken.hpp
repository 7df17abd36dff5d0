// Mistral's tokenizer, read from the `tekken.json` that files of its models bring along: byte pairs without a merge
// list, since any two tokens merge whose bytes together are a token.
#pragma once

#include "inference/text/tokenizers/byte_pairs.hpp"

#include <array>
#include <map>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace easel::inference {

class Tekken {
public:
    // Throws ModelError when the text is no such file.
    explicit Tekken(std::string_view json);

    // Without a start. `[INST]` and the like in the text are the tokens.
    std::vector<int> encode(std::string_view text) const;
    // The bytes of tokens; special ones have none.
    std::string decode(const std::vector<int>& tokens) const;

private:
    void encode_plain(std::string_view text, std::vector<int>& tokens) const;

    std::array<int, 256> byte_token_{};
    std::map<int, std::string> bytes_;
    MergeTable merges_;
    std::vector<std::pair<std::string, int>> specials_;  // the longest first
};

}  // namespace easel::inference
