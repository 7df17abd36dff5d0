// Lyrics as ACE-Step's tokenizer wants them: lower case, numbers and signs in words, kana in Latin letters.
#pragma once

#include <string>
#include <string_view>

namespace easel::inference {

// A line in a language ("en", "de", ...). Only English has its numbers, abbreviations and signs written out.
// (multilingual_cleaners)
std::string cleaned_lyrics(std::string_view line, std::string_view language);

// Hiragana and katakana by Hepburn's romanisation; everything else as it is. (japanese_to_romaji)
std::string romanised(std::string_view text);

}  // namespace easel::inference
