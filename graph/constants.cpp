#include "graph/constants.hpp"

#include "base/error.hpp"
#include "base/python_repr.hpp"

#include <algorithm>
#include <charconv>
#include <cmath>
#include <cstdint>
#include <string>
#include <utility>

namespace easel::graph {

namespace {

std::string_view stripped(std::string_view text) {
    constexpr std::string_view space = " \t\n\r\f\v";
    const std::size_t first = text.find_first_not_of(space);
    if (first == std::string_view::npos) return {};
    return text.substr(first, text.find_last_not_of(space) - first + 1);
}

bool is_digit(char c) { return c >= '0' && c <= '9'; }

// Python's literals allow single underscores between digits. Nothing where they are misplaced.
std::optional<std::string> without_underscores(std::string_view text) {
    std::string result;
    for (std::size_t i = 0; i < text.size(); ++i) {
        if (text[i] != '_') {
            result += text[i];
            continue;
        }
        if (i == 0 || i + 1 == text.size() || !is_digit(text[i - 1]) || !is_digit(text[i + 1])) return std::nullopt;
    }
    return result;
}

std::optional<double> parse_float(std::string_view text) {
    auto digits = without_underscores(stripped(text));
    if (!digits || digits->empty()) return std::nullopt;
    std::string_view rest = *digits;
    const bool is_negative = rest.front() == '-';
    if (rest.front() == '-' || rest.front() == '+') rest.remove_prefix(1);
    if (rest.empty() || rest.front() == '-' || rest.front() == '+') return std::nullopt;
    double number = 0;
    const auto [end, error] = std::from_chars(rest.data(), rest.data() + rest.size(), number);
    if (end != rest.data() + rest.size()) return std::nullopt;
    if (error == std::errc::result_out_of_range) {
        const bool is_tiny = rest.find("e-") != rest.npos || rest.find("E-") != rest.npos;
        number = is_tiny ? 0.0 : HUGE_VAL;
    } else if (error != std::errc{}) {
        return std::nullopt;
    }
    // from_chars also reads nan(...), which Python does not.
    if (std::isnan(number) && rest.size() != 3) return std::nullopt;
    return is_negative ? -number : number;
}

// Integers beyond 64 bits are kept as floats.
std::optional<Json> parse_int(std::string_view text) {
    auto digits = without_underscores(stripped(text));
    if (!digits || digits->empty()) return std::nullopt;
    std::string_view rest = *digits;
    const bool has_sign = rest.front() == '-' || rest.front() == '+';
    const std::string_view magnitude = rest.substr(has_sign ? 1 : 0);
    if (magnitude.empty() || !std::all_of(magnitude.begin(), magnitude.end(), is_digit)) return std::nullopt;
    if (rest.front() == '+') rest.remove_prefix(1);
    std::int64_t number = 0;
    if (std::from_chars(rest.data(), rest.data() + rest.size(), number).ec == std::errc{}) return Json(number);
    std::uint64_t large = 0;
    if (std::from_chars(rest.data(), rest.data() + rest.size(), large).ec == std::errc{}) return Json(large);
    return Json(parse_float(rest).value_or(0));
}

Json to_int(const Json& value) {
    if (value.is_number_integer()) return value;
    if (value.is_boolean()) return value.get<bool>() ? 1 : 0;
    if (value.is_number_float()) {
        const double number = value.get<double>();
        if (std::isnan(number)) throw NamedError("ValueError", "cannot convert float NaN to integer");
        if (std::isinf(number)) throw NamedError("OverflowError", "cannot convert float infinity to integer");
        const double whole = std::trunc(number);
        if (whole >= -0x1p63 && whole < 0x1p63) return static_cast<std::int64_t>(whole);
        if (whole > 0 && whole < 0x1p64) return static_cast<std::uint64_t>(whole);
        return whole;
    }
    if (value.is_string()) {
        if (auto number = parse_int(value.get_ref<const std::string&>())) return std::move(*number);
        throw NamedError("ValueError", "invalid literal for int() with base 10: " + python_repr(value));
    }
    throw NamedError("TypeError", "int() argument must be a string, a bytes-like object or a real number, not '" +
                                      std::string(python_type(value)) + "'");
}

Json to_float(const Json& value) {
    if (value.is_number()) return value.get<double>();
    if (value.is_boolean()) return value.get<bool>() ? 1.0 : 0.0;
    if (value.is_string()) {
        if (const auto number = parse_float(value.get_ref<const std::string&>())) return *number;
        throw NamedError("ValueError", "could not convert string to float: " + python_repr(value));
    }
    throw NamedError("TypeError", "float() argument must be a string or a real number, not '" +
                                      std::string(python_type(value)) + "'");
}

bool is_true(const Json& value) {
    switch (value.type()) {
    case Json::value_t::null:
        return false;
    case Json::value_t::boolean:
        return value.get<bool>();
    case Json::value_t::number_float:
        return value.get<double>() != 0;
    case Json::value_t::number_integer:
    case Json::value_t::number_unsigned:
        return value != 0;
    case Json::value_t::string:
        return !value.get_ref<const std::string&>().empty();
    default:
        return !value.empty();
    }
}

Json as_number(const Json& value) { return value.is_boolean() ? Json(value.get<bool>() ? 1 : 0) : value; }

}  // namespace

Json convert_constant(const Json& value, std::string_view type) {
    if (type == "INT") return to_int(value);
    if (type == "FLOAT") return to_float(value);
    if (type == "STRING") return python_str(value);
    if (type == "BOOLEAN") return is_true(value);
    return value;
}

std::string_view python_type(const Json& value) {
    switch (value.type()) {
    case Json::value_t::null:
        return "NoneType";
    case Json::value_t::boolean:
        return "bool";
    case Json::value_t::number_integer:
    case Json::value_t::number_unsigned:
        return "int";
    case Json::value_t::number_float:
        return "float";
    case Json::value_t::string:
        return "str";
    case Json::value_t::array:
        return "list";
    default:
        return "dict";
    }
}

bool python_less(const Json& left, const Json& right) {
    const Json a = as_number(left), b = as_number(right);
    const bool both_text = a.is_string() && b.is_string();
    if (!both_text && !(a.is_number() && b.is_number()))
        throw NamedError("TypeError", "'<' not supported between instances of '" + std::string(python_type(left)) +
                                          "' and '" + std::string(python_type(right)) + "'");
    // nlohmann compares the two kinds of integer as signed ones, which makes a seed above 2^63 negative.
    if (a.is_number_unsigned() && b.type() == Json::value_t::number_integer)
        return std::cmp_less(a.get<std::uint64_t>(), b.get<std::int64_t>());
    if (b.is_number_unsigned() && a.type() == Json::value_t::number_integer)
        return std::cmp_less(a.get<std::int64_t>(), b.get<std::uint64_t>());
    return a < b;
}

bool is_one_of(const Json& value, const Json& options) {
    const Json wanted = as_number(value);
    return std::any_of(options.begin(), options.end(), [&](const Json& option) { return as_number(option) == wanted; });
}

}  // namespace easel::graph
