#include "nodes/text/unicode_text.hpp"
#include "nodes/types.hpp"

namespace easel::nodes {
namespace {

struct ReplaceText {
    std::string texts;
    std::string find;
    std::string replace;

    static void declare(Schema& s) {
        s.shape = RecordShape::modern;
        s.python_module = "comfy_extras.nodes_dataset";
        s.category = "text";
        s.display_name = "Replace Text (DEPRECATED)";
        s.description = "Replace text in all texts.";
        s.deprecated = true;
        s.experimental = true;
        s.in("texts", &ReplaceText::texts).no_default().option("multiline", false).tooltip("Text to process.");
        s.in("find", &ReplaceText::find).option("multiline", false).tooltip("Text to find.");
        s.in("replace", &ReplaceText::replace).option("multiline", false).tooltip("Text to replace with.");
        s.extra["output_is_list"] = Json::array({nullptr});
        graph::OutputSpec& output = s.out("texts");
        output.type = "STRING";
        output.tooltip = "Processed texts";
    }

    // A list of one, as the reference hands it on.
    Json execute() const { return Json::array({replace_all(texts, find, replace)}); }
};

}  // namespace

void register_replace_text(Registry& registry) { registry.add<ReplaceText>("ReplaceText"); }

}  // namespace easel::nodes
