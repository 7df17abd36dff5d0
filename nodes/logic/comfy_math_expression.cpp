#include "base/error.hpp"
#include "graph/autogrow.hpp"
#include "nodes/logic/math/evaluation.hpp"
#include "nodes/text/unicode_text.hpp"
#include "nodes/types.hpp"

#include <cmath>
#include <memory>

namespace easel::nodes {
namespace {

math::Operand math_operand(const Value& value, const std::string& name) {
    if (value.empty()) return {};
    if (const auto* flag = value.get_if<bool>()) return *flag;
    if (const auto* number = value.get_if<std::int64_t>()) return math::Integer(*number);
    if (const auto* number = value.get_if<std::uint64_t>()) return math::Integer(*number);
    if (const auto* real = value.get_if<double>()) return *real;
    if (const auto* text = value.get_if<std::string>()) return *text;
    graph::refuse_content(value, name, "FLOAT, INT or BOOLEAN");
}

std::tuple<double, Value, bool> math_result(const std::string& expression, const math::Operand& result) {
    const std::string start = "Math Expression '" + expression + "' ";
    if (!result.is_number())
        throw UserError(start + "must evaluate to a numeric result, got " + math::type_name(result) + ": " +
                        math::repr(result));
    double nearest = 0;
    try {
        nearest = math::to_double(result);
    } catch (const NamedError&) {
        throw UserError(start + "produced a result too large to represent as a float: " + math::repr(result));
    }
    if (!std::isfinite(nearest)) throw UserError(start + "produced a non-finite result: " + math::repr(result));
    const auto whole = result.whole();
    const math::Integer integer = whole ? *whole : math::truncated(nearest);
    return {nearest, math::boxed(integer), math::is_true(result)};
}

struct ComfyMathExpression {
    std::string expression = "a + b";
    graph::Autogrow<Value> values;

    static void declare(Schema& s) {
        s.shape = RecordShape::modern;
        s.python_module = "comfy_extras.nodes_math";
        s.category = "utilities";
        s.display_name = "Math Expression";
        s.search_aliases = {"expression", "formula", "calculate", "calculator", "eval", "math"};
        s.in("expression", &ComfyMathExpression::expression).multiline();
        graph::grow(s.in("values", &ComfyMathExpression::values).spec(),
                    {.element = "value",
                     .names = {"a", "b", "c", "d", "e", "f", "g", "h", "i", "j", "k", "l", "m",
                               "n", "o", "p", "q", "r", "s", "t", "u", "v", "w", "x", "y", "z"},
                     .element_type = "FLOAT,INT,BOOLEAN"});
        s.out("FLOAT");
        s.out("INT").type = "INT";
        s.out("BOOL");
    }

    std::tuple<double, Value, bool> execute() const {
        if (trimmed(expression, true, true).empty()) throw UserError("Expression cannot be empty.");
        math::Names names;
        math::OperandList list;
        for (const auto& [name, value] : values.values) {
            names[name] = math_operand(value, name);
            list.push_back(names[name]);
        }
        names["values"] = std::make_shared<const math::OperandList>(std::move(list));
        return math_result(expression, math::evaluate(expression, names));
    }
};

}  // namespace

void register_comfy_math_expression(Registry& registry) { registry.add<ComfyMathExpression>("ComfyMathExpression"); }

}  // namespace easel::nodes
