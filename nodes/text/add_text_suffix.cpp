#include "nodes/types.hpp"

namespace easel::nodes {
namespace {

struct AddTextSuffix {
    std::string texts;
    std::string suffix;

    static void declare(Schema& s) {
        s.shape = RecordShape::modern;
        s.python_module = "comfy_extras.nodes_dataset";
        s.category = "text";
        s.display_name = "Add Text Suffix (DEPRECATED)";
        s.description = "Add a suffix to all texts.";
        s.deprecated = true;
        s.experimental = true;
        s.in("texts", &AddTextSuffix::texts).no_default().option("multiline", false).tooltip("Text to process.");
        s.in("suffix", &AddTextSuffix::suffix).option("multiline", false).tooltip("Suffix to add.");
        s.extra["output_is_list"] = Json::array({nullptr});
        graph::OutputSpec& output = s.out("texts");
        output.type = "STRING";
        output.tooltip = "Processed texts";
    }

    // A list of one, as the reference hands it on.
    Json execute() const { return Json::array({texts + suffix}); }
};

}  // namespace

void register_add_text_suffix(Registry& registry) { registry.add<AddTextSuffix>("AddTextSuffix"); }

}  // namespace easel::nodes
