#include "nodes/text/letter_case.hpp"
#include "nodes/types.hpp"

namespace easel::nodes {
namespace {

struct TextToLowercase {
    std::string texts;

    static void declare(Schema& s) {
        s.shape = RecordShape::modern;
        s.python_module = "comfy_extras.nodes_dataset";
        s.category = "text";
        s.display_name = "Convert Text to Lowercase (DEPRECATED)";
        s.description = "Convert text to lowercase.";
        s.deprecated = true;
        s.experimental = true;
        s.search_aliases = {"lowercase"};
        s.in("texts", &TextToLowercase::texts).no_default().option("multiline", false).tooltip("Text to process.");
        s.extra["output_is_list"] = Json::array({nullptr});
        graph::OutputSpec& output = s.out("texts");
        output.type = "STRING";
        output.tooltip = "Processed texts";
    }

    // A list of one, as the reference hands it on.
    Json execute() const { return Json::array({lower_case(texts)}); }
};

}  // namespace

void register_text_to_lowercase(Registry& registry) { registry.add<TextToLowercase>("TextToLowercase"); }

}  // namespace easel::nodes
