#include "base/error.hpp"
#include "base/python_repr.hpp"
#include "nodes/logic/math/functions.hpp"
#include "nodes/text/unicode_text.hpp"
#include "nodes/types.hpp"

#include <cmath>

namespace easel::nodes {
namespace {

// The number that a text stands for, and its whole part.
std::tuple<double, Value> number_in(const std::string& text) {
    const std::string digits = trimmed(text, true, true);
    if (digits.empty()) throw UserError("Cannot convert empty string to number.");
    double real = 0;
    try {
        real = std::get<double>(math::function_named("float")({digits}));
    } catch (const NamedError&) {
        throw UserError("Cannot convert string to number: " + python_repr(std::string_view(text)));
    }
    if (!std::isfinite(real)) throw UserError("Cannot convert non-finite value to number: " + python_float(real));
    try {
        const auto whole = std::get<math::Integer>(math::function_named("int")({digits}));
        return {real, math::boxed(whole)};
    } catch (const NamedError&) {
        return {real, math::boxed(math::truncated(real))};
    }
}

struct ComfyNumberConvert {
    Value value;

    static void declare(Schema& s) {
        s.shape = RecordShape::modern;
        s.python_module = "comfy_extras.nodes_number_convert";
        s.category = "utilities";
        s.display_name = "Convert Number";
        s.search_aliases = {"int to float", "float to int", "number convert",   "int2float",  "float2int",
                            "cast",         "parse number", "string to number", "bool to int"};
        s.in("value", &ComfyNumberConvert::value).type("INT,FLOAT,STRING,BOOLEAN").option("display_name", "value");
        s.out("FLOAT");
        s.out("INT").type = "INT";
    }

    std::tuple<double, Value> execute() const {
        if (const auto* text = value.get_if<std::string>()) return number_in(*text);
        const double real = graph::unbox_double(value, "value");
        if (!std::isfinite(real)) throw UserError("Cannot convert non-finite value to number: " + python_float(real));
        if (value.get_if<double>()) return {real, math::boxed(math::truncated(real))};
        if (value.get_if<std::uint64_t>()) return {real, value};
        return {real, Value(graph::unbox_int(value, "value"))};
    }
};

}  // namespace

void register_comfy_number_convert(Registry& registry) { registry.add<ComfyNumberConvert>("ComfyNumberConvert"); }

}  // namespace easel::nodes
