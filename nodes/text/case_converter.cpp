#include "nodes/choices.hpp"
#include "nodes/text/letter_case.hpp"
#include "nodes/types.hpp"

namespace easel::nodes {
namespace {

struct CaseConverter {
    std::string string;
    std::string mode;

    static void declare(Schema& s) {
        s.shape = RecordShape::modern;
        s.python_module = "comfy_extras.nodes_string";
        s.category = "text";
        s.display_name = "Convert Text Case";
        s.search_aliases = {"case converter", "text case", "uppercase", "lowercase", "capitalize"};
        s.in("string", &CaseConverter::string).no_default().multiline();
        s.in("mode", &CaseConverter::mode).choices(one_of({"UPPERCASE", "lowercase", "Capitalize", "Title Case"}));
    }

    std::string execute() const {
        if (mode == "UPPERCASE") return upper_case(string);
        if (mode == "lowercase") return lower_case(string);
        if (mode == "Capitalize") return capitalized(string);
        return mode == "Title Case" ? title_case(string) : string;
    }
};

}  // namespace

void register_case_converter(Registry& registry) { registry.add<CaseConverter>("CaseConverter"); }

}  // namespace easel::nodes
