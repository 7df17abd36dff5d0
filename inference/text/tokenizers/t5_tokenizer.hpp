// T5's tokenizer as the `tokenizers` library has it: unigram pieces of words, each of which begins with a mark. Its
// vocabulary is part of the program.
#pragma once

#include "inference/text/tokenizers/character_map.hpp"
#include "inference/text/tokenizers/unigram.hpp"

#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace easel::inference {

class T5Tokenizer {
public:
    // The one instance; built when first asked for, immutable afterwards.
    static const T5Tokenizer& instance();

    // The tokens of a text, without the end. `</s>` and the like in it are the tokens.
    std::vector<int> encode(std::string_view text) const;

private:
    struct Vocabulary;
    explicit T5Tokenizer(Vocabulary vocabulary);

    void encode_plain(std::string_view text, std::vector<int>& tokens) const;
    std::string normalized(std::string_view text) const;

    CharacterMap characters_;
    Unigram unigram_;
    std::vector<std::pair<std::string, int>> specials_;
};

// What T5Tokenizer::instance() makes of a text.
inline std::vector<int> t5_tokens(std::string_view text) { return T5Tokenizer::instance().encode(text); }

}  // namespace easel::inference
