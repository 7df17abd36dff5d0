#include "web-api/identifiers.hpp"

#include <array>
#include <random>

namespace easel::web {
namespace {

constexpr bool has_hyphen_at(std::size_t i) { return i == 8 || i == 13 || i == 18 || i == 23; }
constexpr std::size_t uuid_length = 36;

}  // namespace

std::string new_uuid() {
    static constexpr char digits[] = "0123456789abcdef";
    thread_local std::random_device entropy;
    std::string text(uuid_length, '-');
    unsigned bits = 0;
    int left = 0;
    for (std::size_t i = 0; i < text.size(); ++i) {
        if (has_hyphen_at(i)) continue;
        if (left == 0) bits = entropy(), left = 8;
        text[i] = digits[bits & 15];
        bits >>= 4, --left;
    }
    text[14] = '4';                         // the version
    text[19] = digits[8 | (text[19] & 3)];  // the variant
    return text;
}

bool is_canonical_uuid(std::string_view text) {
    if (text.size() != uuid_length) return false;
    for (std::size_t i = 0; i < text.size(); ++i) {
        const char c = text[i];
        const bool is_hex = (c >= '0' && c <= '9') || (c >= 'a' && c <= 'f');
        if (has_hyphen_at(i) ? c != '-' : !is_hex) return false;
    }
    return true;
}

}  // namespace easel::web
