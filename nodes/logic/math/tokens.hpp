// The words of an expression: names, numbers, texts and operators, as Python's tokenizer cuts them.
#pragma once

#include "nodes/logic/math/python_number.hpp"

#include <string>
#include <string_view>
#include <vector>

namespace easel::nodes::math {

struct Token {
    enum class Kind { name, number, text, symbol, line_end, end };

    Kind kind = Kind::end;
    std::string word;  // of a name or symbol
    Operand value;     // of a number or text
};

// Line ends inside brackets do not count. Throws a SyntaxError.
std::vector<Token> tokens_of(std::string_view source);

[[noreturn]] void refuse_syntax(const std::string& what);

}  // namespace easel::nodes::math
