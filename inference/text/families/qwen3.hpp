// What the families that read Qwen 3 have in common.
#pragma once

#include "inference/text/language_text.hpp"
#include "inference/text/tokenizers/qwen_bpe.hpp"

namespace easel::inference {

inline constexpr std::string_view qwen_chat = "<|im_start|>user\n{}<|im_end|>\n<|im_start|>assistant\n";

inline LanguageReading qwen_reading(std::string_view name) {
    return {.name = name,
            .start = {},
            .pad = QwenBpe::end_of_text,
            .special = {.start = {}, .end = {}, .pad = QwenBpe::end_of_text}};
}

// A Qwen that reads the chat; the caller says what differs.
inline LanguageTextParts qwen_parts(std::string_view name, std::string_view chat) {
    return {.reading = qwen_reading(name),
            .config = {},
            .chat = {.usual = chat, .stops = {QwenBpe::end_of_text, QwenBpe::im_end}},
            .tokenize = qwen_tokens,
            .decode = [](const std::vector<int>& tokens) { return QwenBpe::instance().decode(tokens); }};
}

}  // namespace easel::inference
