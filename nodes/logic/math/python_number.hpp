// Numbers as Python computes with them: integers without a limit, floats, booleans that count as 0 and 1, and the texts
// and lists that an expression can meet on the way. Errors carry Python's type names and texts.
#pragma once

#include "graph/value.hpp"

#include <boost/multiprecision/cpp_int.hpp>

#include <cstdint>
#include <memory>
#include <string>
#include <variant>
#include <vector>

namespace easel::nodes::math {

using Integer = boost::multiprecision::number<boost::multiprecision::cpp_int_backend<>, boost::multiprecision::et_off>;

struct Operand;
using OperandList = std::vector<Operand>;

// What a subexpression stands for. An empty list pointer never occurs; std::monostate is None.
struct Operand : std::variant<std::monostate, bool, Integer, double, std::string, std::shared_ptr<const OperandList>> {
    using variant::variant;

    const OperandList* list() const {
        const auto* held = std::get_if<std::shared_ptr<const OperandList>>(this);
        return held ? held->get() : nullptr;
    }
    // A boolean or an integer as an integer; null for anything else.
    std::unique_ptr<Integer> whole() const;
    bool is_number() const;
};

bool is_true(const Operand&);
std::string type_name(const Operand&);  // "int"
std::string repr(const Operand&);

// The nearest double; throws an OverflowError for an integer beyond the range.
double to_double(const Integer&);
// float(x) of a number. Throws a TypeError for anything else.
double to_double(const Operand&);
// int(x): the whole part. Throws OverflowError or ValueError for infinity and NaN.
Integer truncated(double);

// For a link: an integer beyond 64 bits as the float next to it, infinity beyond the range of floats.
graph::Value boxed(const Integer&);

// The binary operators by their Python spelling: + - * / // % ** << >> & | ^. Limits on powers, shifts and the length
// of texts are those of the reference's evaluator.
Operand binary(const std::string& op, const Operand& left, const Operand& right);
Operand power(const Operand& base, const Operand& exponent);  // without the evaluator's limit
Operand unary(char op, const Operand& value);                 // + - ~
// == != < <= > >= in, not in, is, is not.
bool compare(const std::string& op, const Operand& left, const Operand& right);

}  // namespace easel::nodes::math
