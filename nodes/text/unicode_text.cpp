#include "nodes/text/unicode_text.hpp"

#include <algorithm>

namespace easel::nodes {
namespace {

constexpr char32_t replacement_character = 0xfffd;

// The characters for which Python's str.isspace is true.
bool is_space(char32_t c) {
    return (c >= 0x09 && c <= 0x0d) || (c >= 0x1c && c <= 0x20) || c == 0x85 || c == 0xa0 || c == 0x1680 ||
           (c >= 0x2000 && c <= 0x200a) || c == 0x2028 || c == 0x2029 || c == 0x202f || c == 0x205f || c == 0x3000;
}

// Reads one character at `at` and moves behind it.
char32_t next(std::string_view text, std::size_t& at) {
    const auto byte = [&](std::size_t i) { return static_cast<unsigned char>(text[i]); };
    const unsigned char lead = byte(at++);
    if (lead < 0x80) return lead;
    const std::size_t more = lead >= 0xf0 ? 3 : lead >= 0xe0 ? 2 : lead >= 0xc2 ? 1 : 0;
    if (more == 0 || lead > 0xf4 || at + more > text.size()) return replacement_character;
    char32_t c = lead & (0x3f >> more);
    for (std::size_t i = 0; i < more; ++i) {
        if ((byte(at + i) & 0xc0) != 0x80) return replacement_character;
        c = (c << 6) | (byte(at + i) & 0x3f);
    }
    at += more;
    return c;
}

void append(std::string& text, char32_t c) {
    const auto push = [&](char32_t bits) { text += static_cast<char>(bits); };
    if (c < 0x80) return push(c);
    if (c < 0x800) return push(0xc0 | (c >> 6)), push(0x80 | (c & 0x3f));
    if (c < 0x10000) return push(0xe0 | (c >> 12)), push(0x80 | ((c >> 6) & 0x3f)), push(0x80 | (c & 0x3f));
    push(0xf0 | (c >> 18)), push(0x80 | ((c >> 12) & 0x3f)), push(0x80 | ((c >> 6) & 0x3f)), push(0x80 | (c & 0x3f));
}

}  // namespace

std::u32string code_points(std::string_view text) {
    std::u32string characters;
    for (std::size_t at = 0; at < text.size();)
        characters += next(text, at);
    return characters;
}

std::string utf8(std::u32string_view characters) {
    std::string text;
    for (char32_t c : characters)
        append(text, c);
    return text;
}

std::string substring(std::string_view text, std::int64_t start, std::int64_t end) {
    const std::u32string characters = code_points(text);
    const auto size = static_cast<std::int64_t>(characters.size());
    const auto position = [size](std::int64_t p) { return std::clamp<std::int64_t>(p < 0 ? p + size : p, 0, size); };
    const std::int64_t from = position(start), to = position(end);
    if (from >= to) return {};
    return utf8(
        std::u32string_view(characters).substr(static_cast<std::size_t>(from), static_cast<std::size_t>(to - from)));
}

std::string trimmed(std::string_view text, bool left, bool right) {
    const std::u32string characters = code_points(text);
    auto from = characters.begin(), to = characters.end();
    while (left && from != to && is_space(*from))
        ++from;
    while (right && from != to && is_space(*(to - 1)))
        --to;
    return utf8(std::u32string(from, to));
}

std::string replace_all(std::string_view text, std::string_view find, std::string_view replacement) {
    std::string out;
    if (find.empty()) {
        for (char32_t c : code_points(text)) {
            out += replacement;
            append(out, c);
        }
        return out += replacement;
    }
    std::size_t at = 0;
    for (std::size_t hit; (hit = text.find(find, at)) != std::string_view::npos; at = hit + find.size()) {
        out += text.substr(at, hit - at);
        out += replacement;
    }
    return out += text.substr(at);
}

}  // namespace easel::nodes
