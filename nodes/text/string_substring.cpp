#include "nodes/text/unicode_text.hpp"
#include "nodes/types.hpp"

namespace easel::nodes {
namespace {

struct StringSubstring {
    std::string string;
    std::int64_t start = 0;
    std::int64_t end = 0;

    static void declare(Schema& s) {
        s.shape = RecordShape::modern;
        s.python_module = "comfy_extras.nodes_string";
        s.category = "text";
        s.display_name = "Substring";
        s.search_aliases = {"substring", "extract text", "text portion"};
        s.in("string", &StringSubstring::string).no_default().multiline();
        s.in("start", &StringSubstring::start).no_default();
        s.in("end", &StringSubstring::end).no_default();
    }

    std::string execute() const { return substring(string, start, end); }
};

}  // namespace

void register_string_substring(Registry& registry) { registry.add<StringSubstring>("StringSubstring"); }

}  // namespace easel::nodes
