#include "nodes/text/format_specification.hpp"

#include "base/error.hpp"
#include "base/python_repr.hpp"
#include "nodes/text/unicode_text.hpp"

#include <algorithm>
#include <array>
#include <charconv>
#include <cmath>
#include <cstdio>
#include <cstdlib>
#include <vector>

namespace easel::nodes {
namespace {

[[noreturn]] void refuse_type(char type, std::string_view type_name) {
    throw UserError("Unknown format code '" + std::string(1, type) + "' for object of type '" + std::string(type_name) +
                    "'");
}

std::int64_t read_number(std::u32string_view text, std::size_t& at, const char* too_many) {
    std::int64_t number = 0;
    while (at < text.size() && text[at] >= U'0' && text[at] <= U'9') {
        number = number * 10 + static_cast<std::int64_t>(text[at++] - U'0');
        if (number > INT32_MAX) throw UserError(too_many);
    }
    return number;
}

// Digits in groups of `size` from the right.
std::string grouped(const std::string& digits, char separator, std::size_t size) {
    std::string out;
    for (std::size_t i = 0; i < digits.size(); ++i) {
        if (i > 0 && (digits.size() - i) % size == 0) out += separator;
        out += digits[i];
    }
    return out;
}

std::string repeated_fill(char32_t fill, std::int64_t count) {
    return count > 0 ? utf8(std::u32string(static_cast<std::size_t>(count), fill)) : std::string();
}

std::string padded(const std::string& text, const FormatSpecification& spec, char usual_align) {
    const std::int64_t missing = spec.width - std::ssize(code_points(text));
    const char align = spec.align ? spec.align : usual_align;
    if (missing <= 0) return text;
    const std::int64_t left = align == '<' ? 0 : align == '^' ? missing / 2 : missing;
    return repeated_fill(spec.fill, left) + text + repeated_fill(spec.fill, missing - left);
}

// What a number consists of once its digits are known.
struct NumberParts {
    std::string sign;
    std::string prefix;  // 0x
    std::string whole;   // the digits that are grouped
    std::string rest;    // the fraction and the exponent
    std::size_t group = 3;
};

std::string assembled(const NumberParts& number, const FormatSpecification& spec) {
    std::string whole = spec.grouping ? grouped(number.whole, spec.grouping, number.group) : number.whole;
    const std::string head = number.sign + number.prefix;
    const auto taken = std::ssize(head) + std::ssize(whole) + std::ssize(number.rest);
    if (spec.align != '=') return padded(head + whole + number.rest, spec, '>');
    if (spec.fill != U'0' || !spec.grouping)
        return head + repeated_fill(spec.fill, spec.width - taken) + whole + number.rest;
    // Zeros are digits: they are grouped, too, and a number never starts with a separator.
    std::string digits = number.whole;
    while (std::ssize(head) + std::ssize(whole) + std::ssize(number.rest) < spec.width) {
        digits.insert(0, 1, '0');
        whole = grouped(digits, spec.grouping, number.group);
    }
    return head + whole + number.rest;
}

std::string sign_text(bool is_negative, char sign) {
    return is_negative ? "-" : sign == '-' ? "" : std::string(1, sign);
}

// printf's conversion with a precision; "#" in front of it keeps the point and zeros.
std::string printed(std::string_view conversion, std::int64_t precision, double value) {
    const bool is_alternate = conversion.starts_with('#');
    const std::array<char, 6> format = is_alternate ? std::array<char, 6>{'%', '#', '.', '*', conversion[1]}
                                                    : std::array<char, 6>{'%', '.', '*', conversion[0]};
    const int size = std::snprintf(nullptr, 0, format.data(), static_cast<int>(precision), value);
    std::string text(static_cast<std::size_t>(size) + 1, '\0');
    std::snprintf(text.data(), text.size(), format.data(), static_cast<int>(precision), value);
    text.pop_back();
    return text;
}

// The digits of a magnitude for a float type; no type with a precision is g that keeps ".0".
std::string float_digits(double magnitude, const FormatSpecification& spec) {
    const char type = spec.type ? spec.type : spec.precision ? 'g' : 'r';
    if (type == 'r') return python_float(magnitude);
    std::int64_t precision = spec.precision.value_or(6);
    const char lower = static_cast<char>(type | 0x20);
    if (type == '%') return printed("f", precision, magnitude * 100) + "%";
    if (lower == 'f' || lower == 'e')
        return printed(std::string(spec.alternate ? "#" : "") + lower, precision, magnitude);
    precision = std::max<std::int64_t>(precision, 1);
    std::string digits = spec.alternate ? printed("#g", precision, magnitude) : printed("g", precision, magnitude);
    if (spec.type == '\0') {
        // Without a type the exponent starts one digit earlier, and there is always a digit behind the point.
        const int exponent = std::atoi(printed("e", precision - 1, magnitude)
                                           .substr(printed("e", precision - 1, magnitude).find('e') + 1)
                                           .c_str());
        if (exponent == precision - 1 && precision > 1 && digits.find('e') == std::string::npos) {
            digits = printed("e", precision - 1, magnitude);
            const std::size_t e = digits.find('e');
            std::string mantissa = digits.substr(0, e);
            while (mantissa.ends_with('0'))
                mantissa.pop_back();
            if (mantissa.ends_with('.')) mantissa.pop_back();
            digits = mantissa + digits.substr(e);
        } else if (digits.find_first_of(".e") == std::string::npos) {
            digits += ".0";
        }
    }
    return digits;
}

}  // namespace

FormatSpecification read_specification(std::string_view text, std::string_view type_name) {
    FormatSpecification spec;
    const std::u32string characters = code_points(text);
    const std::u32string_view all = characters;
    std::size_t at = 0;
    const auto peek = [&](std::size_t ahead = 0) { return at + ahead < all.size() ? all[at + ahead] : U'\0'; };
    const auto is_align = [](char32_t c) { return c == U'<' || c == U'>' || c == U'=' || c == U'^'; };
    bool has_fill = false;
    if (is_align(peek(1))) {
        spec.fill = all[at];
        spec.align = static_cast<char>(peek(1));
        has_fill = true;
        at += 2;
    } else if (is_align(peek())) {
        spec.align = static_cast<char>(all[at++]);
    }
    if (peek() == U'+' || peek() == U'-' || peek() == U' ')
        spec.sign = static_cast<char>(all[at++]), spec.has_sign = true;
    if (peek() == U'z') spec.keeps_no_negative_zero = true, ++at;
    if (peek() == U'#') spec.alternate = true, ++at;
    if (!has_fill && peek() == U'0') {
        spec.fill = U'0';
        if (!spec.align && type_name != "str") spec.align = '=';
        ++at;
    }
    spec.width = read_number(all, at, "Too many decimal digits in format string");
    while (peek() == U',' || peek() == U'_') {
        if (spec.grouping)
            throw UserError(spec.grouping == static_cast<char>(peek())
                                ? "Cannot specify '" + std::string(1, spec.grouping) + "' with '" + spec.grouping + "'."
                                : std::string("Cannot specify both ',' and '_'."));
        spec.grouping = static_cast<char>(all[at++]);
    }
    if (peek() == U'.') {
        const std::size_t start = ++at;
        spec.precision = read_number(all, at, "Too many decimal digits in format string");
        if (at == start) throw UserError("Format specifier missing precision");
    }
    if (all.size() - at > 1)
        throw UserError("Invalid format specifier '" + std::string(text) + "' for object of type '" +
                        std::string(type_name) + "'");
    if (at < all.size()) {
        if (all[at] >= 0x80)
            throw UserError("Unknown format code '" + utf8(all.substr(at)) + "' for object of type '" +
                            std::string(type_name) + "'");
        spec.type = static_cast<char>(all[at]);
    }
    const std::string_view with_commas = "deEfFgG%";
    const bool may_group = spec.type == '\0' || with_commas.find(spec.type) != std::string_view::npos ||
                           (spec.grouping == '_' && std::string_view("boxX").find(spec.type) != std::string_view::npos);
    if (spec.grouping && !may_group)
        throw UserError(std::string("Cannot specify '") + spec.grouping + "' with '" + spec.type + "'.");
    return spec;
}

std::string format_text(std::string_view value, const FormatSpecification& spec) {
    if (spec.type != '\0' && spec.type != 's') refuse_type(spec.type, "str");
    if (spec.has_sign)
        throw UserError(spec.sign == ' ' ? "Space not allowed in string format specifier"
                                         : "Sign not allowed in string format specifier");
    if (spec.keeps_no_negative_zero)
        throw UserError("Negative zero coercion (z) not allowed in string format specifier");
    if (spec.alternate) throw UserError("Alternate form (#) not allowed in string format specifier");
    if (spec.grouping) throw UserError(std::string("Cannot specify '") + spec.grouping + "' with 's'.");
    if (spec.align == '=') throw UserError("'=' alignment not allowed in string format specifier");
    const std::string shown = spec.precision ? substring(value, 0, *spec.precision) : std::string(value);
    return padded(shown, spec, '<');
}

std::string format_integer(std::uint64_t magnitude, bool is_negative, const FormatSpecification& spec) {
    const char type = spec.type ? spec.type : 'd';
    if (std::string_view("eEfFgG%").find(type) != std::string_view::npos) {
        const double value = static_cast<double>(magnitude);
        return format_float(is_negative ? -value : value, spec, "int");
    }
    if (std::string_view("bcdoxXn").find(type) == std::string_view::npos) refuse_type(type, "int");
    if (spec.precision) throw UserError("Precision not allowed in integer format specifier");
    if (spec.keeps_no_negative_zero)
        throw UserError("Negative zero coercion (z) not allowed in format specifier with integer presentation type");
    if (type == 'c') {
        if (spec.has_sign) throw UserError("Sign not allowed with integer format specifier 'c'");
        if (spec.alternate) throw UserError("Alternate form (#) not allowed with integer format specifier 'c'");
        if (is_negative || magnitude > 0x10ffff) throw NamedError("OverflowError", "%c arg not in range(0x110000)");
        return padded(utf8(std::u32string(1, static_cast<char32_t>(magnitude))), spec, '<');
    }
    const int base = type == 'b' ? 2 : type == 'o' ? 8 : type == 'x' || type == 'X' ? 16 : 10;
    std::array<char, 70> digits{};
    const auto end = std::to_chars(digits.data(), digits.data() + digits.size(), magnitude, base).ptr;
    NumberParts number{
        .sign = sign_text(is_negative, spec.sign), .prefix = {}, .whole = {digits.data(), end}, .rest = {}};
    if (type == 'X')
        std::ranges::transform(number.whole, number.whole.begin(),
                               [](char c) { return c >= 'a' ? static_cast<char>(c - 'a' + 'A') : c; });
    if (spec.alternate && base != 10) number.prefix = std::string("0") + type;
    number.group = base == 10 ? 3 : 4;
    return assembled(number, spec);
}

std::string format_float(double value, const FormatSpecification& spec, std::string_view type_name) {
    if (std::string_view("eEfFgGn%").find(spec.type) == std::string_view::npos && spec.type != '\0')
        refuse_type(spec.type, type_name);
    FormatSpecification used = spec;
    if (used.type == 'n') used.type = 'g';
    const double magnitude = std::fabs(value);
    std::string digits = std::isfinite(value) ? float_digits(magnitude, used) : std::isnan(value) ? "nan" : "inf";
    if (!std::isfinite(value) && used.type == '%') digits += '%';
    if (used.type >= 'A' && used.type <= 'Z')
        std::ranges::transform(digits, digits.begin(),
                               [](char c) { return c >= 'a' && c <= 'z' ? static_cast<char>(c - 'a' + 'A') : c; });
    const bool is_zero = digits.find_first_of("123456789nN") == std::string::npos;
    const bool is_negative =
        std::signbit(value) && !std::isnan(value) && !(used.keeps_no_negative_zero && std::isfinite(value) && is_zero);
    const std::size_t whole_end = std::min(digits.find_first_of(".eE%"), digits.size());
    NumberParts number{.sign = sign_text(is_negative, used.sign),
                       .prefix = {},
                       .whole = digits.substr(0, std::isfinite(value) ? whole_end : 0),
                       .rest = digits.substr(std::isfinite(value) ? whole_end : 0)};
    return assembled(number, used);
}

}  // namespace easel::nodes
