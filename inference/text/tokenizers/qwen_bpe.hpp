// The tokenizer of Qwen 2, 2.5 and 3: byte-pair encoding of words that keep the space before them. Its merge list is
// part of the program.
#pragma once

#include "inference/text/tokenizers/byte_pairs.hpp"

#include <string>
#include <string_view>
#include <vector>

namespace easel::inference {

class QwenBpe {
public:
    static constexpr int end_of_text = 151643;  // also what prompts are padded with
    static constexpr int im_start = 151644;     // begins a turn of a conversation
    static constexpr int im_end = 151645;       // ends it
    static constexpr int image_pad = 151655;    // stands where a picture goes

    // The one instance; built when first asked for, immutable afterwards.
    static const QwenBpe& instance();

    // The tokens of a text. `<|im_start|>` and the like in it are the tokens.
    std::vector<int> encode(std::string_view text) const;
    // The text of tokens, without the special ones.
    std::string decode(const std::vector<int>& tokens) const;

private:
    QwenBpe();
    void encode_plain(std::string_view text, std::vector<int>& tokens) const;

    ByteAlphabet alphabet_;
    MergeTable merges_;
    std::vector<std::string> bytes_;  // of every token but the special ones
};

// What QwenBpe::instance() makes of a text.
inline std::vector<int> qwen_tokens(std::string_view text) { return QwenBpe::instance().encode(text); }

}  // namespace easel::inference
