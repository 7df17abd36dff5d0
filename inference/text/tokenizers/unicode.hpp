// The little of Unicode that tokenizers need, on code points.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace easel::inference {

// Bytes that are no UTF-8 become U+FFFD.
std::u32string decode_utf8(std::string_view text);
void append_utf8(std::string& text, char32_t code);
// How many bytes the character has that begins with `first`; 1 where none begins so.
std::size_t utf8_length(char first);
// How many bytes the text's first character has; 0 where the text does not begin with a valid one.
std::size_t valid_utf8_length(std::string_view text);
// The text cut into what a reader takes for one character each (extended grapheme clusters).
std::vector<std::string_view> graphemes(std::string_view text);

// Canonical composition (NFC).
std::u32string compose(const std::u32string& text);
// Lower case of a code point alone, without looking at its neighbours. May be longer than one (U+0130).
void append_lower(std::u32string& text, char32_t code);

bool is_letter(char32_t code);                  // general categories L*
bool stands_with_capitals(char32_t code);       // categories Lu, Lt, Lm, Lo, M*
bool stands_with_small_letters(char32_t code);  // categories Ll, Lm, Lo, M*
bool is_number(char32_t code);                  // general categories N*
bool is_white_space(char32_t code);             // the property White_Space

// What Python's str.isspace() says: White_Space and the four separators U+001C..U+001F.
bool is_python_space(char32_t code);

}  // namespace easel::inference
