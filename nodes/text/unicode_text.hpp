// Text operations counted in characters (code points), as Python counts them.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

namespace easel::nodes {

// UTF-8 to code points and back; a byte that is not UTF-8 becomes U+FFFD.
std::u32string code_points(std::string_view text);
std::string utf8(std::u32string_view characters);

// text[start:end] with negative positions counted from the end.
std::string substring(std::string_view text, std::int64_t start, std::int64_t end);

// str.strip, lstrip and rstrip: Unicode white space.
std::string trimmed(std::string_view text, bool left, bool right);

// str.replace: an empty `find` stands before every character and at the end.
std::string replace_all(std::string_view text, std::string_view find, std::string_view replacement);

}  // namespace easel::nodes
