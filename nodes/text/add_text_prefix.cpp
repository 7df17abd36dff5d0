#include "nodes/types.hpp"

namespace easel::nodes {
namespace {

struct AddTextPrefix {
    std::string texts;
    std::string prefix;

    static void declare(Schema& s) {
        s.shape = RecordShape::modern;
        s.python_module = "comfy_extras.nodes_dataset";
        s.category = "text";
        s.display_name = "Add Text Prefix (DEPRECATED)";
        s.description = "Add a prefix to all texts.";
        s.deprecated = true;
        s.experimental = true;
        s.in("texts", &AddTextPrefix::texts).no_default().option("multiline", false).tooltip("Text to process.");
        s.in("prefix", &AddTextPrefix::prefix).option("multiline", false).tooltip("Prefix to add.");
        s.extra["output_is_list"] = Json::array({nullptr});
        graph::OutputSpec& output = s.out("texts");
        output.type = "STRING";
        output.tooltip = "Processed texts";
    }

    // A list of one, as the reference hands it on.
    Json execute() const { return Json::array({prefix + texts}); }
};

}  // namespace

void register_add_text_prefix(Registry& registry) { registry.add<AddTextPrefix>("AddTextPrefix"); }

}  // namespace easel::nodes
