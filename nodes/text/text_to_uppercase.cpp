#include "nodes/text/letter_case.hpp"
#include "nodes/types.hpp"

namespace easel::nodes {
namespace {

struct TextToUppercase {
    std::string texts;

    static void declare(Schema& s) {
        s.shape = RecordShape::modern;
        s.python_module = "comfy_extras.nodes_dataset";
        s.category = "text";
        s.display_name = "Convert Text to Uppercase (DEPRECATED)";
        s.description = "Convert text to uppercase.";
        s.deprecated = true;
        s.experimental = true;
        s.search_aliases = {"uppercase"};
        s.in("texts", &TextToUppercase::texts).no_default().option("multiline", false).tooltip("Text to process.");
        s.extra["output_is_list"] = Json::array({nullptr});
        graph::OutputSpec& output = s.out("texts");
        output.type = "STRING";
        output.tooltip = "Processed texts";
    }

    // A list of one, as the reference hands it on.
    Json execute() const { return Json::array({upper_case(texts)}); }
};

}  // namespace

void register_text_to_uppercase(Registry& registry) { registry.add<TextToUppercase>("TextToUppercase"); }

}  // namespace easel::nodes
