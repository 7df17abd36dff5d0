#include "nodes/text/unicode_text.hpp"
#include "nodes/types.hpp"

namespace easel::nodes {
namespace {

struct StringLength {
    std::string string;

    static void declare(Schema& s) {
        s.shape = RecordShape::modern;
        s.python_module = "comfy_extras.nodes_string";
        s.category = "text";
        s.display_name = "Text Length";
        s.search_aliases = {"character count", "text size", "string length"};
        s.in("string", &StringLength::string).no_default().multiline();
        s.out("length");
    }

    std::int64_t execute() const { return static_cast<std::int64_t>(code_points(string).size()); }
};

}  // namespace

void register_string_length(Registry& registry) { registry.add<StringLength>("StringLength"); }

}  // namespace easel::nodes
