#include "base/python_repr.hpp"

#include <algorithm>
#include <array>
#include <charconv>
#include <cmath>
#include <cstdint>
#include <optional>

namespace easel {

namespace {

constexpr int deepest = 500;

struct CodeRange {
    char32_t first, last;
};

// What str.isprintable() refuses above ASCII, without unassigned code points.
constexpr std::array<CodeRange, 22> not_printable = {{
    {0x80, 0xa0},       {0xad, 0xad},       {0x600, 0x605},     {0x61c, 0x61c},      {0x6dd, 0x6dd},   {0x70f, 0x70f},
    {0x890, 0x891},     {0x8e2, 0x8e2},     {0x1680, 0x1680},   {0x180e, 0x180e},    {0x2000, 0x200f}, {0x2028, 0x202f},
    {0x205f, 0x206f},   {0x3000, 0x3000},   {0xd800, 0xf8ff},   {0xfeff, 0xfeff},    {0xfff0, 0xfffb}, {0xfffe, 0xffff},
    {0x110bd, 0x110bd}, {0x1d173, 0x1d17a}, {0xe0000, 0xe0fff}, {0xf0000, 0x10ffff},
}};

bool is_printable(char32_t code) {
    auto holds = [code](const CodeRange& range) { return range.first <= code && code <= range.last; };
    return code < 0x80 ? code >= 0x20 && code != 0x7f : std::none_of(not_printable.begin(), not_printable.end(), holds);
}

struct Decoded {
    char32_t code;
    std::size_t length;
};

// The code point at `at`; nothing where the bytes are not UTF-8.
std::optional<Decoded> decode(std::string_view text, std::size_t at) {
    const auto lead = static_cast<unsigned char>(text[at]);
    if (lead < 0x80) return Decoded{lead, 1};
    const std::size_t length = lead >= 0xf0 ? 4 : lead >= 0xe0 ? 3 : 2;
    if (lead < 0xc2 || lead > 0xf4 || at + length > text.size()) return std::nullopt;
    char32_t code = lead & (0xffu >> (length + 1));
    for (std::size_t i = 1; i < length; ++i) {
        const auto next = static_cast<unsigned char>(text[at + i]);
        if ((next & 0xc0) != 0x80) return std::nullopt;
        code = (code << 6) | (next & 0x3f);
    }
    return Decoded{code, length};
}

void append_hex(std::string& out, char kind, char32_t code, int digits) {
    static constexpr char hex[] = "0123456789abcdef";
    out += '\\';
    out += kind;
    for (int shift = 4 * (digits - 1); shift >= 0; shift -= 4)
        out += hex[(code >> shift) & 0xf];
}

void append_escape(std::string& out, char32_t code) {
    switch (code) {
    case '\n':
        out += "\\n";
        return;
    case '\r':
        out += "\\r";
        return;
    case '\t':
        out += "\\t";
        return;
    default:
        break;
    }
    if (code < 0x100)
        append_hex(out, 'x', code, 2);
    else if (code < 0x10000)
        append_hex(out, 'u', code, 4);
    else
        append_hex(out, 'U', code, 8);
}

void append_text(std::string& out, std::string_view text) {
    const bool has_single = text.find('\'') != std::string_view::npos;
    const bool has_double = text.find('"') != std::string_view::npos;
    const char quote = has_single && !has_double ? '"' : '\'';
    out += quote;
    for (std::size_t at = 0; at < text.size();) {
        const auto decoded = decode(text, at);
        if (!decoded) {
            append_hex(out, 'x', static_cast<unsigned char>(text[at]), 2);
            ++at;
            continue;
        }
        if (decoded->code == static_cast<char32_t>(quote) || decoded->code == U'\\') {
            out += '\\';
            out += static_cast<char>(decoded->code);
        } else if (is_printable(decoded->code)) {
            out.append(text, at, decoded->length);
        } else {
            append_escape(out, decoded->code);
        }
        at += decoded->length;
    }
    out += quote;
}

void append(std::string& out, const Json& value, int depth) {
    if (depth > deepest) {
        out += "...";
        return;
    }
    switch (value.type()) {
    case Json::value_t::null:
        out += "None";
        return;
    case Json::value_t::boolean:
        out += value.get_ref<const bool&>() ? "True" : "False";
        return;
    case Json::value_t::number_integer:
        out += std::to_string(value.get_ref<const std::int64_t&>());
        return;
    case Json::value_t::number_unsigned:
        out += std::to_string(value.get_ref<const std::uint64_t&>());
        return;
    case Json::value_t::number_float:
        out += python_float(value.get_ref<const double&>());
        return;
    case Json::value_t::string:
        append_text(out, value.get_ref<const std::string&>());
        return;
    case Json::value_t::array: {
        out += '[';
        const char* separator = "";
        for (const Json& element : value) {
            out += separator;
            append(out, element, depth + 1);
            separator = ", ";
        }
        out += ']';
        return;
    }
    case Json::value_t::object: {
        out += '{';
        const char* separator = "";
        for (const auto& [key, element] : value.items()) {
            out += separator;
            append_text(out, key);
            out += ": ";
            append(out, element, depth + 1);
            separator = ", ";
        }
        out += '}';
        return;
    }
    case Json::value_t::binary:
    case Json::value_t::discarded:
        return;
    }
}

}  // namespace

std::string python_float(double value) {
    if (std::isnan(value)) return "nan";
    if (std::isinf(value)) return value < 0 ? "-inf" : "inf";
    std::array<char, 40> buffer;
    const auto end = std::to_chars(buffer.data(), buffer.data() + buffer.size(), value, std::chars_format::scientific);
    const std::string_view scientific(buffer.data(), static_cast<std::size_t>(end.ptr - buffer.data()));
    const std::size_t e = scientific.find('e');
    int exponent = 0;
    const char* exponent_text = scientific.data() + e + (scientific[e + 1] == '+' ? 2 : 1);
    std::from_chars(exponent_text, end.ptr, exponent);

    std::string digits;
    for (char c : scientific.substr(0, e))
        if (c != '.' && c != '-') digits += c;
    const std::string sign = std::signbit(value) ? "-" : "";
    if (exponent < -4 || exponent >= 16) {
        std::string text = sign + digits.substr(0, 1);
        if (digits.size() > 1) text += "." + digits.substr(1);
        const std::string power = std::to_string(std::abs(exponent));
        return text + (exponent < 0 ? "e-" : "e+") + (power.size() < 2 ? "0" : "") + power;
    }
    if (exponent < 0) return sign + "0." + std::string(static_cast<std::size_t>(-exponent - 1), '0') + digits;
    const auto whole = static_cast<std::size_t>(exponent) + 1;
    if (digits.size() <= whole) return sign + digits + std::string(whole - digits.size(), '0') + ".0";
    return sign + digits.substr(0, whole) + "." + digits.substr(whole);
}

std::string python_repr(std::string_view text) {
    std::string out;
    append_text(out, text);
    return out;
}

std::string python_repr(const Json& value) {
    std::string out;
    append(out, value, 0);
    return out;
}

std::string python_str(const Json& value) { return value.is_string() ? value.get<std::string>() : python_repr(value); }

}  // namespace easel
