#include "nodes/logic/math/functions.hpp"

#include "base/error.hpp"
#include "base/python_repr.hpp"
#include "nodes/text/unicode_text.hpp"

#include <algorithm>
#include <array>
#include <cmath>
#include <cstdio>
#include <cstdlib>
#include <string>

namespace easel::nodes::math {
namespace {

using Arguments = std::vector<Operand>;

constexpr double ln_2 = 0.69314718055994530942;

void take(const Arguments& arguments, const char* function, std::size_t least, std::size_t most) {
    if (arguments.size() >= least && arguments.size() <= most) return;
    throw NamedError("TypeError", std::string(function) + "() takes " + std::to_string(least) +
                                      (most > least ? " to " + std::to_string(most) : std::string()) + " arguments (" +
                                      std::to_string(arguments.size()) + " given)");
}

[[noreturn]] void refuse_domain() { throw NamedError("ValueError", "math domain error"); }

Operand total(const Arguments& arguments) {
    const bool is_one_list = arguments.size() == 1 && arguments[0].list();
    Operand sum = Integer(0);
    for (const Operand& value : is_one_list ? *arguments[0].list() : arguments)
        sum = binary("+", sum, value);
    return sum;
}

Operand extreme(const Arguments& arguments, const char* name, const char* closer) {
    if (arguments.empty()) throw NamedError("TypeError", std::string(name) + " expected at least 1 argument, got 0");
    const bool is_one = arguments.size() == 1;
    if (is_one && !arguments[0].list())
        throw NamedError("TypeError", "'" + type_name(arguments[0]) + "' object is not iterable");
    const OperandList& values = is_one ? *arguments[0].list() : arguments;
    if (values.empty()) throw NamedError("ValueError", std::string(name) + "() arg is an empty sequence");
    const Operand* found = &values.front();
    for (const Operand& value : values)
        if (compare(closer, value, *found)) found = &value;
    return *found;
}

Operand least(const Arguments& arguments) { return extreme(arguments, "min", "<"); }
Operand greatest(const Arguments& arguments) { return extreme(arguments, "max", ">"); }

Operand magnitude(const Arguments& arguments) {
    take(arguments, "abs", 1, 1);
    if (!arguments[0].is_number())
        throw NamedError("TypeError", "bad operand type for abs(): '" + type_name(arguments[0]) + "'");
    if (const auto number = arguments[0].whole()) return Integer(abs(*number));
    return std::fabs(std::get<double>(arguments[0]));
}

// To a multiple of 10^places, ties to the even one.
Integer rounded_whole(const Integer& value, std::int64_t places) {
    if (places > 10000) return 0;
    const Integer unit = boost::multiprecision::pow(Integer(10), static_cast<unsigned>(places));
    const Integer size = abs(value);
    Integer quotient, rest;
    boost::multiprecision::divide_qr(size, unit, quotient, rest);
    const int half = Integer(rest * 2).compare(unit);
    if (half > 0 || (half == 0 && (quotient & 1) != 0)) ++quotient;
    const Integer near = quotient * unit;
    return value < 0 ? Integer(-near) : near;
}

double rounded_float(double value, std::int64_t digits) {
    if (!std::isfinite(value) || digits > 323) return value;
    if (digits < -308) return std::copysign(0.0, value);
    if (digits < 0) return to_double(rounded_whole(truncated(value), -digits));
    std::array<char, 800> text;
    std::snprintf(text.data(), text.size(), "%.*f", static_cast<int>(digits), value);
    return std::strtod(text.data(), nullptr);
}

Operand rounded(const Arguments& arguments) {
    take(arguments, "round", 1, 2);
    const Operand& value = arguments[0];
    if (!value.is_number())
        throw NamedError("TypeError", "type " + type_name(value) + " doesn't define __round__ method");
    const bool has_digits = arguments.size() == 2 && arguments[1].index() != 0;
    const auto digits = has_digits ? arguments[1].whole() : nullptr;
    if (has_digits && !digits)
        throw NamedError("TypeError", "'" + type_name(arguments[1]) + "' object cannot be interpreted as an integer");
    const auto places = digits ? static_cast<std::int64_t>(to_double(*digits)) : 0;
    if (const auto number = value.whole()) return places >= 0 ? *number : rounded_whole(*number, -places);
    if (has_digits) return rounded_float(std::get<double>(value), places);
    return truncated(std::nearbyint(std::get<double>(value)));
}

Operand raised(const Arguments& arguments) {
    constexpr int most = 4000;
    take(arguments, "pow", 2, 2);
    if (std::fabs(to_double(arguments[1])) > most)
        throw NamedError("ValueError",
                         "Exponent " + repr(arguments[1]) + " exceeds maximum allowed (" + std::to_string(most) + ")");
    return power(arguments[0], arguments[1]);
}

Operand square_root(const Arguments& arguments) {
    take(arguments, "sqrt", 1, 1);
    const double value = to_double(arguments[0]);
    if (value < 0) refuse_domain();
    return std::sqrt(value);
}

Operand ceiling(const Arguments& arguments) {
    take(arguments, "ceil", 1, 1);
    if (const auto number = arguments[0].whole()) return *number;
    return truncated(std::ceil(to_double(arguments[0])));
}

Operand flooring(const Arguments& arguments) {
    take(arguments, "floor", 1, 1);
    if (const auto number = arguments[0].whole()) return *number;
    return truncated(std::floor(to_double(arguments[0])));
}

// A logarithm, of integers beyond the range of floats, too. `scale` is the logarithm of 2.
template <class Log>
double log_of(const Operand& value, Log log, double scale) {
    if (const auto number = value.whole()) {
        if (*number <= 0) refuse_domain();
        const auto bits = static_cast<std::int64_t>(boost::multiprecision::msb(*number));
        if (bits < 1000) return log(to_double(*number));
        const auto dropped = static_cast<std::size_t>(bits - 60);
        return log(to_double(Integer(*number >> dropped))) + static_cast<double>(dropped) * scale;
    }
    const double real = to_double(value);
    if (real <= 0) refuse_domain();
    return log(real);
}

double natural_log(const Operand& value) {
    return log_of(value, [](double x) { return std::log(x); }, ln_2);
}

Operand logarithm(const Arguments& arguments) {
    take(arguments, "log", 1, 2);
    const double value = natural_log(arguments[0]);
    if (arguments.size() == 1) return value;
    const double base = natural_log(arguments[1]);
    if (base == 0) throw NamedError("ZeroDivisionError", "float division by zero");
    return value / base;
}

Operand logarithm_2(const Arguments& arguments) {
    take(arguments, "log2", 1, 1);
    return log_of(arguments[0], [](double x) { return std::log2(x); }, 1.0);
}

Operand logarithm_10(const Arguments& arguments) {
    take(arguments, "log10", 1, 1);
    return log_of(arguments[0], [](double x) { return std::log10(x); }, std::log10(2.0));
}

template <double (*function)(double)>
Operand trigonometric(const Arguments& arguments) {
    if (arguments.size() != 1) take(arguments, "the function", 1, 1);
    const double value = to_double(arguments[0]);
    if (std::isinf(value)) refuse_domain();
    return function(value);
}

// The characters of a number, white space around it and single underscores between its digits taken off; "" when there
// is an underscore elsewhere.
std::string number_characters(const std::string& text) {
    const std::string number = trimmed(text, true, true);
    const auto is_digit_at = [&](std::size_t i) { return i < number.size() && number[i] >= '0' && number[i] <= '9'; };
    std::string out;
    for (std::size_t i = 0; i < number.size(); ++i) {
        if (number[i] != '_')
            out += number[i];
        else if (i == 0 || !is_digit_at(i - 1) || !is_digit_at(i + 1))
            return "";
    }
    return out;
}

Operand to_integer(const Arguments& arguments) {
    take(arguments, "int", 0, 1);
    if (arguments.empty()) return Integer(0);
    if (const auto number = arguments[0].whole()) return *number;
    if (const auto* real = std::get_if<double>(&arguments[0])) return truncated(*real);
    const auto* text = std::get_if<std::string>(&arguments[0]);
    if (!text)
        throw NamedError("TypeError", "int() argument must be a string, a bytes-like object or a real number, not '" +
                                          type_name(arguments[0]) + "'");
    std::string digits = number_characters(*text);
    const bool is_negative = digits.starts_with('-');
    if (is_negative || digits.starts_with('+')) digits.erase(0, 1);
    if (digits.empty() || digits.find_first_not_of("0123456789") != std::string::npos)
        throw NamedError("ValueError",
                         "invalid literal for int() with base 10: " + python_repr(std::string_view(*text)));
    Integer value = 0;
    for (char c : digits)
        value = value * 10 + (c - '0');
    return is_negative ? Integer(-value) : value;
}

Operand to_float(const Arguments& arguments) {
    take(arguments, "float", 0, 1);
    if (arguments.empty()) return 0.0;
    const auto* text = std::get_if<std::string>(&arguments[0]);
    if (!text) return to_double(arguments[0]);
    const std::string digits = number_characters(*text);
    char* end = nullptr;
    const double value = std::strtod(digits.c_str(), &end);
    if (digits.empty() || *end != '\0' || digits.find_first_of("xX") != std::string::npos)
        throw NamedError("ValueError", "could not convert string to float: " + python_repr(std::string_view(*text)));
    return value;
}

double sine(double x) { return std::sin(x); }
double cosine(double x) { return std::cos(x); }
double tangent(double x) { return std::tan(x); }

}  // namespace

Function function_named(std::string_view name) {
    static constexpr std::pair<std::string_view, Function> all[] = {
        {"sum", total},
        {"min", least},
        {"max", greatest},
        {"abs", magnitude},
        {"round", rounded},
        {"pow", raised},
        {"sqrt", square_root},
        {"ceil", ceiling},
        {"floor", flooring},
        {"log", logarithm},
        {"log2", logarithm_2},
        {"log10", logarithm_10},
        {"sin", trigonometric<sine>},
        {"cos", trigonometric<cosine>},
        {"tan", trigonometric<tangent>},
        {"int", to_integer},
        {"float", to_float},
    };
    const auto* found = std::ranges::find(all, name, [](const auto& entry) { return entry.first; });
    return found == std::end(all) ? nullptr : found->second;
}

}  // namespace easel::nodes::math
