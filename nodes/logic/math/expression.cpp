#include "nodes/logic/math/expression.hpp"

#include "base/error.hpp"
#include "nodes/logic/math/tokens.hpp"

#include <algorithm>
#include <array>
#include <initializer_list>
#include <optional>
#include <utility>

namespace easel::nodes::math {
namespace {

using Kind = Expression::Kind;
using Tree = std::unique_ptr<Expression>;

constexpr int deepest = 200;  // Python's parser stops there, too

[[noreturn]] void refuse_feature(const std::string& what) {
    throw NamedError("simpleeval.FeatureNotAvailable", "Sorry, " + what + " is not available in this evaluator");
}

Tree tree(Kind kind, std::string text) {
    auto made = std::make_unique<Expression>();
    made->kind = kind;
    made->text = std::move(text);
    return made;
}

template <class... T>
Tree tree(Kind kind, std::string text, T... children) {
    Tree made = tree(kind, std::move(text));
    (made->children.push_back(std::move(children)), ...);
    return made;
}

// One method per rule of Python's grammar, from the loosest operator to the tightest.
class Parser {
public:
    explicit Parser(std::vector<Token> tokens) : tokens_(std::move(tokens)) {}

    Tree first_statement() {
        skip_separators();
        if (current().kind == Token::Kind::end)
            throw NamedError("simpleeval.InvalidExpression", "Sorry, cannot evaluate empty string");
        Tree first = statement();
        for (skip_separators(); current().kind != Token::Kind::end; skip_separators())
            statement();
        return first;
    }

private:
    const Token& current() const { return tokens_[at_]; }
    bool is_symbol(std::string_view word) const {
        return current().kind == Token::Kind::symbol && current().word == word;
    }
    bool is_word(std::string_view word) const { return current().kind == Token::Kind::name && current().word == word; }
    bool accept(std::string_view word) {
        if (!is_symbol(word) && !is_word(word)) return false;
        ++at_;
        return true;
    }
    void expect(std::string_view word) {
        if (!accept(word))
            refuse_syntax(current().kind == Token::Kind::end ? "'(' was never closed" : "invalid syntax");
    }
    std::optional<std::string> accept_any(std::initializer_list<std::string_view> words) {
        for (std::string_view word : words)
            if (accept(word)) return std::string(word);
        return std::nullopt;
    }
    void skip_separators() {
        while (current().kind == Token::Kind::line_end || is_symbol(";"))
            ++at_;
    }

    Tree statement() {
        if (is_word("import") || is_word("from"))
            throw NamedError("simpleeval.FeatureNotAvailable", "Sorry, 'import' is not allowed.");
        Tree value = expression();
        static constexpr std::array<std::string_view, 13> assignments = {
            "=", "+=", "-=", "*=", "/=", "%=", "&=", "|=", "^=", "**=", "//=", ">>=", "<<="};
        while (std::ranges::any_of(assignments, [&](std::string_view word) { return is_symbol(word); })) {
            if (value->kind != Kind::name) refuse_syntax("cannot assign to expression");
            ++at_;
            value = expression();
        }
        const bool ends =
            current().kind == Token::Kind::end || current().kind == Token::Kind::line_end || is_symbol(";");
        if (is_symbol(",")) refuse_feature("Tuple");
        if (!ends) refuse_syntax("invalid syntax");
        return value;
    }

    Tree expression() {
        if (++depth_ > deepest) refuse_syntax("too many nested parentheses");
        if (is_word("lambda")) refuse_feature("Lambda");
        Tree value = any_of();
        if (accept("if")) {
            Tree test = any_of();
            expect("else");
            value = tree(Kind::condition, "", std::move(value), std::move(test), expression());
        }
        --depth_;
        return value;
    }

    Tree any_of() {
        return logical("or", [this] { return all_of(); });
    }
    Tree all_of() {
        return logical("and", [this] { return inversion(); });
    }

    template <class Next>
    Tree logical(const char* word, Next next) {
        Tree first = next();
        if (!is_word(word)) return first;
        Tree all = tree(Kind::logical, word, std::move(first));
        while (accept(word))
            all->children.push_back(next());
        return all;
    }

    Tree inversion() {
        if (++depth_ > deepest) refuse_syntax("too many nested parentheses");
        Tree value = accept("not") ? tree(Kind::unary, "not", inversion()) : comparison();
        --depth_;
        return value;
    }

    std::optional<std::string> comparison_operator() {
        if (auto symbol = accept_any({"<=", ">=", "==", "!=", "<", ">"})) return symbol;
        if (accept("in")) return "in";
        if (is_word("not")) {
            ++at_;
            expect("in");
            return "not in";
        }
        if (accept("is")) return accept("not") ? "is not" : "is";
        return std::nullopt;
    }

    Tree comparison() {
        Tree first = operation(0);
        std::optional<std::string> op = comparison_operator();
        if (!op) return first;
        Tree all = tree(Kind::compare, "", std::move(first));
        for (; op; op = comparison_operator()) {
            all->operators.push_back(*op);
            all->children.push_back(operation(0));
        }
        return all;
    }

    // Binary operators that group from the left: | ^ & shifts sums products.
    Tree operation(int level) {
        static const std::array<std::vector<std::string_view>, 6> levels = {
            {{"|"}, {"^"}, {"&"}, {"<<", ">>"}, {"+", "-"}, {"*", "/", "//", "%", "@"}}};
        if (level == static_cast<int>(levels.size())) return factor();
        Tree left = operation(level + 1);
        for (;;) {
            const auto& words = levels[static_cast<std::size_t>(level)];
            const auto found = std::ranges::find_if(words, [&](std::string_view word) { return is_symbol(word); });
            if (found == words.end()) return left;
            ++at_;
            if (*found == "@")
                throw NamedError("simpleeval.OperatorNotDefined", "Operator '@' does not exist in expressions");
            left = tree(Kind::binary, std::string(*found), std::move(left), operation(level + 1));
        }
    }

    Tree factor() {
        if (++depth_ > deepest) refuse_syntax("too many nested parentheses");
        Tree value;
        if (const auto sign = accept_any({"+", "-", "~"})) {
            value = tree(Kind::unary, *sign, factor());
        } else {
            value = primary();
            if (accept("**")) value = tree(Kind::binary, "**", std::move(value), factor());
        }
        --depth_;
        return value;
    }

    Tree primary() {
        Tree value = atom();
        for (;;) {
            if (accept("(")) {
                value = call(std::move(value));
            } else if (accept("[")) {
                value = subscript(std::move(value));
            } else if (accept(".")) {
                if (current().kind != Token::Kind::name) refuse_syntax("invalid syntax");
                value = tree(Kind::attribute, tokens_[at_++].word, std::move(value));
            } else {
                return value;
            }
        }
    }

    Tree call(Tree function) {
        if (function->kind != Kind::name) refuse_feature("a call of anything but a function's name");
        Tree made = tree(Kind::call, function->text);
        while (!accept(")")) {
            if (is_symbol("*") || is_symbol("**")) refuse_feature("Starred");
            made->children.push_back(expression());
            if (is_symbol("=")) refuse_feature("a named argument");
            if (is_word("for")) refuse_feature("GeneratorExp");
            if (!is_symbol(")")) expect(",");
        }
        return made;
    }

    Tree subscript(Tree container) {
        std::array<Tree, 3> parts;
        std::size_t part = 0;
        bool is_slice = false;
        while (!accept("]")) {
            if (accept(":")) {
                is_slice = true;
                if (++part > 2) refuse_syntax("invalid syntax");
            } else if (is_symbol(",")) {
                refuse_feature("Tuple");
            } else {
                if (parts[part]) refuse_syntax("invalid syntax");
                parts[part] = expression();
            }
        }
        if (is_slice)
            return tree(Kind::slice, "", std::move(container), std::move(parts[0]), std::move(parts[1]),
                        std::move(parts[2]));
        if (!parts[0]) refuse_syntax("invalid syntax");
        return tree(Kind::subscript, "", std::move(container), std::move(parts[0]));
    }

    Tree constant(Operand value) {
        Tree made = tree(Kind::constant, "");
        made->value = std::move(value);
        return made;
    }

    Tree atom() {
        const Token token = current();
        if (token.kind == Token::Kind::end || token.kind == Token::Kind::line_end) refuse_syntax("invalid syntax");
        ++at_;
        if (token.kind == Token::Kind::number) return constant(token.value);
        if (token.kind == Token::Kind::text) return text(token);
        if (token.kind == Token::Kind::name) return name(token.word);
        if (token.word == "(") {
            if (is_symbol(")")) refuse_feature("Tuple");
            Tree value = expression();
            if (is_symbol(",")) refuse_feature("Tuple");
            if (is_word("for")) refuse_feature("GeneratorExp");
            if (accept(":=")) refuse_feature("NamedExpr");
            expect(")");
            return value;
        }
        if (token.word == "[") refuse_feature("List");
        if (token.word == "{") refuse_feature("Dict");
        refuse_syntax("invalid syntax");
    }

    // Texts side by side are one.
    Tree text(const Token& first) {
        std::string all = std::get<std::string>(first.value);
        while (current().kind == Token::Kind::text)
            all += std::get<std::string>(tokens_[at_++].value);
        return constant(std::move(all));
    }

    Tree name(const std::string& word) {
        static constexpr std::array<std::string_view, 14> reserved = {
            "if", "else", "and", "or", "not", "in", "is", "for", "def", "del", "class", "while", "try", "return"};
        if (word == "True") return constant(true);
        if (word == "False") return constant(false);
        if (word == "None") return constant(Operand());
        if (std::ranges::find(reserved, word) != reserved.end()) refuse_syntax("invalid syntax");
        return tree(Kind::name, word);
    }

    std::vector<Token> tokens_;
    std::size_t at_ = 0;
    int depth_ = 0;
};

}  // namespace

std::unique_ptr<Expression> parse_expression(std::string_view source) {
    return Parser(tokens_of(source)).first_statement();
}

}  // namespace easel::nodes::math
