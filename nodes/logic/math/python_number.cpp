#include "nodes/logic/math/python_number.hpp"

#include "base/error.hpp"
#include "base/python_repr.hpp"
#include "nodes/text/unicode_text.hpp"

#include <algorithm>
#include <cmath>
#include <optional>

namespace easel::nodes::math {
namespace {

constexpr std::size_t longest = 100000;          // characters or elements
constexpr std::int64_t largest_power = 4000000;  // of base and exponent
constexpr std::int64_t largest_shift = 10000;
constexpr std::size_t most_bits = 4000000;  // of the integers that a power may make here

[[noreturn]] void refuse_types(const std::string& op, const Operand& left, const Operand& right) {
    throw NamedError("TypeError", "unsupported operand type(s) for " + (op == "**" ? "** or pow()" : op) + ": '" +
                                      type_name(left) + "' and '" + type_name(right) + "'");
}

[[noreturn]] void divided_by_zero(const std::string& text) { throw NamedError("ZeroDivisionError", text); }

std::size_t bits(const Integer& value) { return value == 0 ? 0 : boost::multiprecision::msb(abs(value)) + 1; }

// The nearest double of `magnitude` * 2^shift; `inexact` says that there is more below its lowest bit.
double scaled(const Integer& magnitude, std::int64_t shift, bool inexact) {
    if (magnitude == 0) return 0;
    Integer head = magnitude;
    const auto excess = static_cast<std::int64_t>(bits(magnitude)) - 64;
    if (excess > 0) {
        const auto dropped = static_cast<std::size_t>(excess);
        inexact = inexact || boost::multiprecision::lsb(magnitude) < dropped;
        head >>= dropped;
        shift += excess;
    } else {
        head <<= static_cast<std::size_t>(-excess);
        shift += excess;
    }
    auto top = head.convert_to<std::uint64_t>();
    if (inexact) top |= 1;  // the bit that tells a tie from what is above one
    return std::ldexp(static_cast<double>(top), static_cast<int>(std::min<std::int64_t>(shift, 5000)));
}

// The quotient rounded once, as Python divides integers.
double true_quotient(const Integer& left, const Integer& right) {
    if (right == 0) divided_by_zero("division by zero");
    const Integer a = abs(left), b = abs(right);
    const std::int64_t shift = 66 - (static_cast<std::int64_t>(bits(a)) - static_cast<std::int64_t>(bits(b)));
    const Integer dividend = shift > 0 ? Integer(a << static_cast<std::size_t>(shift)) : a;
    const Integer divisor = shift < 0 ? Integer(b << static_cast<std::size_t>(-shift)) : b;
    Integer quotient, rest;
    boost::multiprecision::divide_qr(dividend, divisor, quotient, rest);
    const double value = scaled(quotient, -shift, rest != 0);
    if (std::isinf(value)) throw NamedError("OverflowError", "integer division result too large for a float");
    return (left < 0) != (right < 0) ? -value : value;
}

// Rounds towards minus infinity, so that the rest has the divisor's sign.
void floor_divide(const Integer& left, const Integer& right, Integer& quotient, Integer& rest) {
    if (right == 0) divided_by_zero("integer division or modulo by zero");
    boost::multiprecision::divide_qr(left, right, quotient, rest);
    if (rest != 0 && (rest < 0) != (right < 0)) --quotient, rest += right;
}

double float_rest(double left, double right) {
    if (right == 0) divided_by_zero("float modulo");
    double rest = std::fmod(left, right);
    if (rest != 0 && (right < 0) != (rest < 0)) rest += right;
    return rest == 0 ? std::copysign(0.0, right) : rest;
}

double float_floor_quotient(double left, double right) {
    if (right == 0) divided_by_zero("float floor division by zero");
    const double quotient = (left - float_rest(left, right)) / right;
    if (quotient == 0) return std::copysign(0.0, left / right);
    const double floor = std::floor(quotient);
    return quotient - floor > 0.5 ? floor + 1 : floor;
}

double float_power(double base, double exponent) {
    if (base == 0 && exponent < 0) divided_by_zero("0.0 cannot be raised to a negative power");
    if (base < 0 && std::isfinite(base) && std::isfinite(exponent) && exponent != std::floor(exponent))
        throw NamedError("ValueError", "a negative number to a fractional power is complex, not a real number");
    const double value = std::pow(base, exponent);
    if (std::isinf(value) && std::isfinite(base) && std::isfinite(exponent))
        throw NamedError("OverflowError", "(34, 'Numerical result out of range')");
    return value;
}

Integer shifted(const std::string& op, const Integer& value, const Integer& count) {
    static const Integer largest_base = truncated(1.7976931348623157e308);
    if (abs(count) > largest_shift || abs(value) > largest_base)
        throw NamedError("simpleeval.NumberTooHigh",
                         "Sorry! I don't want to evaluate " + value.str() + " " + op + " " + count.str());
    if (count < 0) throw NamedError("ValueError", "negative shift count");
    const auto places = count.convert_to<std::size_t>();
    if (op == "<<") return value << places;
    Integer quotient, rest;
    floor_divide(value, Integer(1) << places, quotient, rest);
    return quotient;
}

// & | ^ of two's complements of unlimited length.
Integer bitwise(const std::string& op, const Integer& left, const Integer& right) {
    const std::size_t width = std::max(bits(left), bits(right)) + 1;
    const Integer full = Integer(1) << width;
    const Integer a = left < 0 ? Integer(left + full) : left, b = right < 0 ? Integer(right + full) : right;
    const Integer value = op == "&" ? Integer(a & b) : op == "|" ? Integer(a | b) : Integer(a ^ b);
    return value >= (full >> 1) ? Integer(value - full) : value;
}

Operand whole_binary(const std::string& op, const Integer& left, const Integer& right) {
    if (op == "+") return Integer(left + right);
    if (op == "-") return Integer(left - right);
    if (op == "*") return Integer(left * right);
    if (op == "/") return true_quotient(left, right);
    if (op == "<<" || op == ">>") return shifted(op, left, right);
    if (op == "%" && right == 0) divided_by_zero("integer modulo by zero");
    if (op == "//" || op == "%") {
        Integer quotient, rest;
        floor_divide(left, right, quotient, rest);
        return op == "//" ? quotient : rest;
    }
    return bitwise(op, left, right);
}

Operand float_binary(const std::string& op, const Operand& left, const Operand& right) {
    if (op == "&" || op == "|" || op == "^" || op == "<<" || op == ">>") refuse_types(op, left, right);
    const double a = to_double(left), b = to_double(right);
    if (op == "+") return a + b;
    if (op == "-") return a - b;
    if (op == "*") return a * b;
    if (op == "//") return float_floor_quotient(a, b);
    if (op == "%") return float_rest(a, b);
    if (b == 0) divided_by_zero("float division by zero");
    return a / b;
}

std::size_t length(const Operand& sequence) {
    if (const auto* text = std::get_if<std::string>(&sequence)) return code_points(*text).size();
    return sequence.list()->size();
}

bool is_sequence(const Operand& value) { return std::holds_alternative<std::string>(value) || value.list(); }

Operand repeated(const Operand& sequence, const Integer& times) {
    if (times * length(sequence) > longest)
        throw NamedError("simpleeval.IterableTooLong", "Sorry, I will not evaluate something that long.");
    const auto count = times < 0 ? 0 : times.convert_to<std::size_t>();
    if (const auto* text = std::get_if<std::string>(&sequence)) {
        std::string all;
        for (std::size_t i = 0; i < count; ++i)
            all += *text;
        return all;
    }
    OperandList all;
    for (std::size_t i = 0; i < count; ++i)
        all.insert(all.end(), sequence.list()->begin(), sequence.list()->end());
    return std::make_shared<const OperandList>(std::move(all));
}

Operand joined(const Operand& left, const Operand& right) {
    if (left.index() != right.index()) refuse_types("+", left, right);
    if (length(left) + length(right) > longest)
        throw NamedError("simpleeval.IterableTooLong",
                         "Sorry, adding those two together would make something too long.");
    if (const auto* text = std::get_if<std::string>(&left)) return *text + std::get<std::string>(right);
    OperandList all = *left.list();
    all.insert(all.end(), right.list()->begin(), right.list()->end());
    return std::make_shared<const OperandList>(std::move(all));
}

// Less than 0, 0 or more than 0; nothing where NaN makes every comparison false.
std::optional<int> ordered(const Operand& left, const Operand& right) {
    const auto a = left.whole(), b = right.whole();
    if (a && b) return a->compare(*b);
    // An integer against a float: exactly, the float being a whole number or lying between two.
    const auto against = [](const Integer& whole, double real) -> std::optional<int> {
        if (std::isnan(real)) return std::nullopt;
        if (std::isinf(real)) return real > 0 ? -1 : 1;
        const int by_floor = whole.compare(truncated(std::floor(real)));
        return by_floor == 0 && real != std::floor(real) ? -1 : by_floor;
    };
    if (a) return against(*a, std::get<double>(right));
    if (b) {
        const auto turned = against(*b, std::get<double>(left));
        return turned ? std::optional(-*turned) : std::nullopt;
    }
    const double x = std::get<double>(left), y = std::get<double>(right);
    if (std::isnan(x) || std::isnan(y)) return std::nullopt;
    return x < y ? -1 : x > y ? 1 : 0;
}

bool equal(const Operand& left, const Operand& right) {
    if (left.is_number() && right.is_number()) return ordered(left, right) == 0;
    if (left.index() != right.index()) return false;
    if (const auto* text = std::get_if<std::string>(&left)) return *text == std::get<std::string>(right);
    if (left.list()) return std::ranges::equal(*left.list(), *right.list(), equal);
    return true;
}

bool contains(const Operand& whole, const Operand& part) {
    if (const auto* text = std::get_if<std::string>(&whole)) {
        const auto* piece = std::get_if<std::string>(&part);
        if (!piece)
            throw NamedError("TypeError", "'in <string>' requires string as left operand, not " + type_name(part));
        return text->find(*piece) != std::string::npos;
    }
    if (!whole.list()) throw NamedError("TypeError", "argument of type '" + type_name(whole) + "' is not iterable");
    return std::ranges::any_of(*whole.list(), [&](const Operand& element) { return equal(element, part); });
}

}  // namespace

std::unique_ptr<Integer> Operand::whole() const {
    if (const auto* flag = std::get_if<bool>(this)) return std::make_unique<Integer>(*flag ? 1 : 0);
    if (const auto* number = std::get_if<Integer>(this)) return std::make_unique<Integer>(*number);
    return nullptr;
}

bool Operand::is_number() const {
    return std::holds_alternative<bool>(*this) || std::holds_alternative<Integer>(*this) ||
           std::holds_alternative<double>(*this);
}

bool is_true(const Operand& value) {
    if (const auto number = value.whole()) return *number != 0;
    if (const auto* real = std::get_if<double>(&value)) return *real != 0;
    return is_sequence(value) && length(value) > 0;
}

std::string type_name(const Operand& value) {
    static constexpr const char* names[] = {"NoneType", "bool", "int", "float", "str", "list"};
    return names[value.index()];
}

std::string repr(const Operand& value) {
    if (const auto* flag = std::get_if<bool>(&value)) return *flag ? "True" : "False";
    if (const auto* number = std::get_if<Integer>(&value)) return number->str();
    if (const auto* real = std::get_if<double>(&value)) return python_float(*real);
    if (const auto* text = std::get_if<std::string>(&value)) return python_repr(std::string_view(*text));
    if (!value.list()) return "None";
    std::string all = "[";
    for (const Operand& element : *value.list())
        all += (all.size() > 1 ? ", " : "") + repr(element);
    return all + "]";
}

double to_double(const Integer& value) {
    const double real = scaled(abs(value), 0, false);
    if (std::isinf(real)) throw NamedError("OverflowError", "int too large to convert to float");
    return value < 0 ? -real : real;
}

double to_double(const Operand& value) {
    if (const auto* real = std::get_if<double>(&value)) return *real;
    if (const auto number = value.whole()) return to_double(*number);
    throw NamedError("TypeError", "must be real number, not " + type_name(value));
}

Integer truncated(double value) {
    if (std::isnan(value)) throw NamedError("ValueError", "cannot convert float NaN to integer");
    if (std::isinf(value)) throw NamedError("OverflowError", "cannot convert float infinity to integer");
    int exponent = 0;
    const auto mantissa = static_cast<std::int64_t>(std::ldexp(std::frexp(value, &exponent), 53));
    exponent -= 53;
    if (exponent >= 0) return Integer(mantissa) << static_cast<std::size_t>(exponent);
    return exponent <= -54 ? Integer(0) : Integer(mantissa / (std::int64_t{1} << -exponent));
}

graph::Value boxed(const Integer& number) {
    if (number >= INT64_MIN && number <= INT64_MAX) return graph::Value(number.convert_to<std::int64_t>());
    if (number > 0 && number <= UINT64_MAX) return graph::Value(number.convert_to<std::uint64_t>());
    const double nearest = scaled(abs(number), 0, false);
    return graph::Value(number < 0 ? -nearest : nearest);
}

Operand power(const Operand& base, const Operand& exponent) {
    const auto whole_base = base.whole(), whole_exponent = exponent.whole();
    if (!base.is_number() || !exponent.is_number()) refuse_types("**", base, exponent);
    if (!whole_base || !whole_exponent || *whole_exponent < 0) {
        return float_power(to_double(base), to_double(exponent));
    }
    if (bits(*whole_base) > 1 && *whole_exponent * bits(*whole_base) > most_bits)
        throw NamedError("OverflowError",
                         "the power " + whole_base->str() + " ** " + whole_exponent->str() + " has too many digits");
    if (abs(*whole_base) <= 1) {
        const bool negative = *whole_base < 0 && (*whole_exponent & 1) != 0;
        return *whole_exponent == 0 ? Integer(1) : negative ? Integer(-1) : Integer(abs(*whole_base));
    }
    return Integer(boost::multiprecision::pow(*whole_base, whole_exponent->convert_to<unsigned>()));
}

Operand binary(const std::string& op, const Operand& left, const Operand& right) {
    if (op == "**") {
        if (!left.is_number() || !right.is_number()) refuse_types(op, left, right);
        const auto too_high = [](const Operand& value) { return std::abs(to_double(value)) > largest_power; };
        if (too_high(left) || too_high(right))
            throw NamedError("simpleeval.NumberTooHigh",
                             "Sorry! I don't want to evaluate " + repr(left) + " ** " + repr(right));
        return power(left, right);
    }
    if (op == "*" && is_sequence(left) && right.whole()) return repeated(left, *right.whole());
    if (op == "*" && is_sequence(right) && left.whole()) return repeated(right, *left.whole());
    if (op == "+" && is_sequence(left) && is_sequence(right)) return joined(left, right);
    if (!left.is_number() || !right.is_number()) refuse_types(op, left, right);
    const auto a = left.whole(), b = right.whole();
    if (!a || !b) return float_binary(op, left, right);
    const bool are_flags = std::holds_alternative<bool>(left) && std::holds_alternative<bool>(right);
    if (are_flags && (op == "&" || op == "|" || op == "^")) return bitwise(op, *a, *b) != 0;
    return whole_binary(op, *a, *b);
}

Operand unary(char op, const Operand& value) {
    const auto number = value.whole();
    if (!value.is_number() || (op == '~' && !number))
        throw NamedError("TypeError", std::string("bad operand type for unary ") + op + ": '" + type_name(value) + "'");
    if (op == '~') return Integer(-*number - 1);
    if (!number) return op == '-' ? -std::get<double>(value) : std::get<double>(value);
    return op == '-' ? Integer(-*number) : *number;
}

bool compare(const std::string& op, const Operand& left, const Operand& right) {
    if (op == "in") return contains(right, left);
    if (op == "not in") return !contains(right, left);
    if (op == "==") return equal(left, right);
    if (op == "!=") return !equal(left, right);
    if (op == "is") return left.index() == right.index() && equal(left, right);
    if (op == "is not") return left.index() != right.index() || !equal(left, right);
    std::optional<int> order;
    if (left.is_number() && right.is_number())
        order = ordered(left, right);
    else if (const auto* a = std::get_if<std::string>(&left), *b = std::get_if<std::string>(&right); a && b)
        order = a->compare(*b);
    else
        throw NamedError("TypeError", "'" + op + "' not supported between instances of '" + type_name(left) +
                                          "' and '" + type_name(right) + "'");
    if (!order) return false;
    return op == "<" ? *order < 0 : op == "<=" ? *order <= 0 : op == ">" ? *order > 0 : *order >= 0;
}

}  // namespace easel::nodes::math
