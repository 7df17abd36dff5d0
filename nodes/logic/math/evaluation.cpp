#include "nodes/logic/math/evaluation.hpp"

#include "base/error.hpp"
#include "nodes/logic/math/expression.hpp"
#include "nodes/logic/math/functions.hpp"
#include "nodes/text/unicode_text.hpp"

#include <algorithm>
#include <optional>

namespace easel::nodes::math {
namespace {

using Kind = Expression::Kind;

// A position in a sequence or a bound of a slice.
std::int64_t position(const Operand& value, const char* what) {
    const auto number = value.whole();
    if (!number)
        throw NamedError("TypeError", std::string(what) + " must be integers or slices, not " + type_name(value));
    if (abs(*number) > INT64_MAX / 2) return *number < 0 ? INT64_MIN / 2 : INT64_MAX / 2;
    return number->convert_to<std::int64_t>();
}

// The elements of a list, or the characters of a text as texts.
OperandList elements_of(const Operand& container) {
    if (container.list()) return *container.list();
    const auto* text = std::get_if<std::string>(&container);
    if (!text) throw NamedError("TypeError", "'" + type_name(container) + "' object is not subscriptable");
    OperandList characters;
    for (char32_t c : code_points(*text))
        characters.push_back(utf8(std::u32string(1, c)));
    return characters;
}

Operand sequence_like(const Operand& container, OperandList elements) {
    if (container.list()) return std::make_shared<const OperandList>(std::move(elements));
    std::string text;
    for (const Operand& character : elements)
        text += std::get<std::string>(character);
    return text;
}

class Evaluator {
public:
    Evaluator(std::string_view source, const Names& names) : source_(source), names_(names) {}

    Operand value(const Expression& tree) const {
        const auto& parts = tree.children;
        switch (tree.kind) {
        case Kind::constant:
            return tree.value;
        case Kind::name:
            return named(tree.text);
        case Kind::unary:
            if (tree.text == "not") return !is_true(value(*parts[0]));
            return unary(tree.text[0], value(*parts[0]));
        case Kind::binary: {
            const Operand left = value(*parts[0]);
            return binary(tree.text, left, value(*parts[1]));
        }
        case Kind::logical:
            return logical(tree);
        case Kind::compare:
            return comparison(tree);
        case Kind::condition:
            return value(*parts[is_true(value(*parts[1])) ? 0 : 2]);
        case Kind::call:
            return call(tree);
        case Kind::subscript:
            return element(value(*parts[0]), value(*parts[1]));
        case Kind::slice:
            return slice(tree);
        case Kind::attribute:
            return attribute(tree);
        }
        return {};
    }

private:
    Operand named(const std::string& name) const {
        if (const auto found = names_.find(name); found != names_.end()) return found->second;
        if (function_named(name))
            throw UserError("Math Expression '" + source_ + "' must evaluate to a numeric result, got the function " +
                            name);
        throw NamedError("simpleeval.NameNotDefined", "'" + name + "' is not defined for expression '" + source_ + "'");
    }

    Operand logical(const Expression& tree) const {
        const bool stops_at = tree.text == "or";
        Operand last;
        for (const auto& part : tree.children) {
            last = value(*part);
            if (is_true(last) == stops_at) break;
        }
        return last;
    }

    Operand comparison(const Expression& tree) const {
        Operand left = value(*tree.children[0]);
        for (std::size_t i = 0; i < tree.operators.size(); ++i) {
            Operand right = value(*tree.children[i + 1]);
            if (!compare(tree.operators[i], left, right)) return false;
            left = std::move(right);
        }
        return true;
    }

    Operand call(const Expression& tree) const {
        const Function function = function_named(tree.text);
        if (!function)
            throw NamedError("simpleeval.FunctionNotDefined",
                             "Function '" + tree.text + "' not defined, for expression '" + source_ + "'.");
        std::vector<Operand> arguments;
        for (const auto& part : tree.children)
            arguments.push_back(value(*part));
        return function(arguments);
    }

    static Operand element(const Operand& container, const Operand& key) {
        const OperandList elements = elements_of(container);
        const auto size = std::ssize(elements);
        const std::int64_t asked = position(key, container.list() ? "list indices" : "string indices");
        const std::int64_t index = asked < 0 ? asked + size : asked;
        if (index < 0 || index >= size)
            throw NamedError("IndexError", container.list() ? "list index out of range" : "string index out of range");
        return elements[static_cast<std::size_t>(index)];
    }

    Operand slice(const Expression& tree) const {
        const Operand container = value(*tree.children[0]);
        const OperandList elements = elements_of(container);
        std::optional<std::int64_t> bounds[3];
        for (std::size_t i = 0; i < 3; ++i) {
            if (!tree.children[i + 1]) continue;
            const Operand bound = value(*tree.children[i + 1]);
            if (bound.index() != 0) bounds[i] = position(bound, "slice indices");
        }
        const auto size = std::ssize(elements);
        const std::int64_t step = bounds[2].value_or(1);
        if (step == 0) throw NamedError("ValueError", "slice step cannot be zero");
        const std::int64_t lowest = step > 0 ? 0 : -1, highest = step > 0 ? size : size - 1;
        const auto place = [&](std::int64_t bound) {
            return std::clamp<std::int64_t>(bound < 0 ? bound + size : bound, lowest, highest);
        };
        const std::int64_t first = bounds[0] ? place(*bounds[0]) : step > 0 ? lowest : highest;
        const std::int64_t last = bounds[1] ? place(*bounds[1]) : step > 0 ? highest : lowest;
        OperandList taken;
        for (std::int64_t i = first; step > 0 ? i < last : i > last; i += step)
            taken.push_back(elements[static_cast<std::size_t>(i)]);
        return sequence_like(container, std::move(taken));
    }

    Operand attribute(const Expression& tree) const {
        if (tree.text.starts_with("_") || tree.text.starts_with("func_"))
            throw NamedError("simpleeval.FeatureNotAvailable",
                             "Sorry, access to __attributes  or func_ attributes is not available. (" + tree.text +
                                 ")");
        const Operand object = value(*tree.children[0]);
        const auto number = object.whole();
        if (number && (tree.text == "real" || tree.text == "numerator")) return *number;
        if (number && tree.text == "imag") return Integer(0);
        if (number && tree.text == "denominator") return Integer(1);
        if (!number && object.is_number() && tree.text == "real") return object;
        if (!number && object.is_number() && tree.text == "imag") return 0.0;
        throw NamedError("simpleeval.AttributeDoesNotExist",
                         "Attribute '" + tree.text + "' does not exist in expression '" + source_ + "'");
    }

    std::string source_;
    const Names& names_;
};

}  // namespace

Operand evaluate(std::string_view source, const Names& names) {
    return Evaluator(source, names).value(*parse_expression(source));
}

}  // namespace easel::nodes::math
