#include "graph/autogrow.hpp"
#include "nodes/text/python_format.hpp"
#include "nodes/types.hpp"

namespace easel::nodes {
namespace {

struct StringFormat {
    graph::Autogrow<Value> values;
    std::string f_string = "{a}";

    static void declare(Schema& s) {
        s.shape = RecordShape::modern;
        s.python_module = "comfy_extras.nodes_string";
        s.category = "text";
        s.display_name = "Format Text";
        s.description = "Same as Python's string format method. Supports all of Python's format options and features.";
        s.search_aliases = {"string", "format"};
        graph::grow(s.in("values", &StringFormat::values).spec(),
                    {.element = "value",
                     .names = {"a", "b", "c", "d", "e", "f", "g", "h", "i", "j", "k", "l", "m",
                               "n", "o", "p", "q", "r", "s", "t", "u", "v", "w", "x", "y", "z"},
                     .least = 0});
        s.in("f_string", &StringFormat::f_string).multiline();
    }

    std::string execute() const {
        FormatValues named;
        for (const auto& [name, value] : values.values)
            named.emplace(name, value);
        return python_format(f_string, named);
    }
};

}  // namespace

void register_string_format(Registry& registry) { registry.add<StringFormat>("StringFormat"); }

}  // namespace easel::nodes
