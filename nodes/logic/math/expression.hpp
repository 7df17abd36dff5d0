// Expressions in Python's grammar, without what makes containers or functions: the nodes of the syntax tree and the
// parser. (the reference parses with Python's ast module for simpleeval)
#pragma once

#include "nodes/logic/math/python_number.hpp"

#include <memory>
#include <string>
#include <string_view>
#include <vector>

namespace easel::nodes::math {

struct Expression {
    enum class Kind {
        constant,   // value
        name,       // text
        unary,      // text: + - ~ not; children: operand
        binary,     // text: the operator; children: left, right
        logical,    // text: and, or; children: two or more
        compare,    // operators; children: one more than operators
        condition,  // children: then, test, otherwise
        call,       // text: the function; children: arguments
        subscript,  // children: container, key
        slice,      // children: container, then lower, upper and step, each null when absent
        attribute,  // text: the member; children: object
    };

    Kind kind = Kind::constant;
    Operand value;
    std::string text;
    std::vector<std::string> operators;
    std::vector<std::unique_ptr<Expression>> children;
};

// The first statement of `source`; for an assignment its right side. Throws a SyntaxError where Python would, and what
// the reference's evaluator throws for syntax that it does not take.
std::unique_ptr<Expression> parse_expression(std::string_view source);

}  // namespace easel::nodes::math
