#include "nodes/types.hpp"

namespace easel::nodes {
namespace {

struct MergeTextLists {
    List<std::string> texts;

    static void declare(Schema& s) {
        s.shape = RecordShape::modern;
        s.python_module = "comfy_extras.nodes_dataset";
        s.category = "text";
        s.display_name = "Merge Text Lists (DEPRECATED)";
        s.description = "Concatenate multiple text lists into one.";
        s.deprecated = true;
        s.experimental = true;
        s.in("texts", &MergeTextLists::texts).option("multiline", false).tooltip("List of texts to process.");
        s.extra["output_is_list"] = Json::array({nullptr});
        graph::OutputSpec& output = s.out("texts");
        output.type = "STRING";
        output.tooltip = "Processed texts";
    }

    // A list of one, as the reference hands it on.
    Json execute() const { return Json::array({texts}); }
};

}  // namespace

void register_merge_text_lists(Registry& registry) { registry.add<MergeTextLists>("MergeTextLists"); }

}  // namespace easel::nodes
