#include "inference/text/tokenizers/unicode.hpp"

#include <utf8proc.h>

#include <cstdlib>
#include <memory>

namespace easel::inference {

namespace {

constexpr char32_t replacement = 0xFFFD;

bool has_category(char32_t code, utf8proc_category_t first, utf8proc_category_t last) {
    const auto category = utf8proc_category(static_cast<utf8proc_int32_t>(code));
    return category >= first && category <= last;
}

}  // namespace

std::u32string decode_utf8(std::string_view text) {
    std::u32string codes;
    codes.reserve(text.size());
    const auto* bytes = reinterpret_cast<const utf8proc_uint8_t*>(text.data());
    for (std::size_t at = 0; at < text.size();) {
        utf8proc_int32_t code = -1;
        const auto length = utf8proc_iterate(bytes + at, static_cast<utf8proc_ssize_t>(text.size() - at), &code);
        codes.push_back(length > 0 ? static_cast<char32_t>(code) : replacement);
        at += length > 0 ? static_cast<std::size_t>(length) : 1;
    }
    return codes;
}

void append_utf8(std::string& text, char32_t code) {
    utf8proc_uint8_t bytes[4];
    const auto length = utf8proc_encode_char(static_cast<utf8proc_int32_t>(code), bytes);
    text.append(reinterpret_cast<const char*>(bytes), static_cast<std::size_t>(length));
}

std::size_t utf8_length(char first) {
    const auto byte = static_cast<unsigned char>(first);
    return byte < 0xC0 ? 1 : byte < 0xE0 ? 2 : byte < 0xF0 ? 3 : 4;
}

std::size_t valid_utf8_length(std::string_view text) {
    utf8proc_int32_t code = -1;
    const auto length = utf8proc_iterate(reinterpret_cast<const utf8proc_uint8_t*>(text.data()),
                                         static_cast<utf8proc_ssize_t>(text.size()), &code);
    return length > 0 ? static_cast<std::size_t>(length) : 0;
}

std::vector<std::string_view> graphemes(std::string_view text) {
    std::vector<std::string_view> clusters;
    utf8proc_int32_t previous = 0, state = 0;
    std::size_t begin = 0;
    for (std::size_t at = 0; at < text.size();) {
        utf8proc_int32_t code = -1;
        const auto length = utf8proc_iterate(reinterpret_cast<const utf8proc_uint8_t*>(text.data()) + at,
                                             static_cast<utf8proc_ssize_t>(text.size() - at), &code);
        if (length <= 0) code = static_cast<utf8proc_int32_t>(replacement);
        if (at > 0 && utf8proc_grapheme_break_stateful(previous, code, &state)) {
            clusters.push_back(text.substr(begin, at - begin));
            begin = at;
        }
        previous = code;
        at += length > 0 ? static_cast<std::size_t>(length) : 1;
    }
    if (begin < text.size()) clusters.push_back(text.substr(begin));
    return clusters;
}

std::u32string compose(const std::u32string& text) {
    std::string bytes;
    for (const char32_t code : text)
        append_utf8(bytes, code);
    utf8proc_uint8_t* composed = nullptr;
    const auto length = utf8proc_map(reinterpret_cast<const utf8proc_uint8_t*>(bytes.data()),
                                     static_cast<utf8proc_ssize_t>(bytes.size()), &composed,
                                     static_cast<utf8proc_option_t>(UTF8PROC_STABLE | UTF8PROC_COMPOSE));
    const std::unique_ptr<utf8proc_uint8_t, void (*)(void*)> owner(composed, std::free);
    if (length < 0) return text;  // too long for the library
    return decode_utf8({reinterpret_cast<const char*>(composed), static_cast<std::size_t>(length)});
}

void append_lower(std::u32string& text, char32_t code) {
    if (code == 0x130) {  // the only code point whose lower case is two: i and a dot above
        text += U"i\u0307";
    } else {
        text.push_back(static_cast<char32_t>(utf8proc_tolower(static_cast<utf8proc_int32_t>(code))));
    }
}

bool is_letter(char32_t code) { return has_category(code, UTF8PROC_CATEGORY_LU, UTF8PROC_CATEGORY_LO); }

bool stands_with_capitals(char32_t code) {
    return has_category(code, UTF8PROC_CATEGORY_LU, UTF8PROC_CATEGORY_ME) &&
           utf8proc_category(static_cast<utf8proc_int32_t>(code)) != UTF8PROC_CATEGORY_LL;
}

bool stands_with_small_letters(char32_t code) {
    return has_category(code, UTF8PROC_CATEGORY_LL, UTF8PROC_CATEGORY_ME) &&
           utf8proc_category(static_cast<utf8proc_int32_t>(code)) != UTF8PROC_CATEGORY_LT;
}

bool is_number(char32_t code) { return has_category(code, UTF8PROC_CATEGORY_ND, UTF8PROC_CATEGORY_NO); }

bool is_white_space(char32_t code) {
    return (code >= 0x09 && code <= 0x0D) || code == 0x85 ||
           has_category(code, UTF8PROC_CATEGORY_ZS, UTF8PROC_CATEGORY_ZP);
}

bool is_python_space(char32_t code) { return is_white_space(code) || (code >= 0x1C && code <= 0x1F); }

}  // namespace easel::inference
