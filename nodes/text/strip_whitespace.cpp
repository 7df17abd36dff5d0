#include "nodes/text/unicode_text.hpp"
#include "nodes/types.hpp"

namespace easel::nodes {
namespace {

struct StripWhitespace {
    std::string texts;

    static void declare(Schema& s) {
        s.shape = RecordShape::modern;
        s.python_module = "comfy_extras.nodes_dataset";
        s.category = "text";
        s.display_name = "Strip Whitespace (DEPRECATED)";
        s.description = "Strip leading and trailing whitespace from all texts.";
        s.deprecated = true;
        s.experimental = true;
        s.in("texts", &StripWhitespace::texts).no_default().option("multiline", false).tooltip("Text to process.");
        s.extra["output_is_list"] = Json::array({nullptr});
        graph::OutputSpec& output = s.out("texts");
        output.type = "STRING";
        output.tooltip = "Processed texts";
    }

    // A list of one, as the reference hands it on.
    Json execute() const { return Json::array({trimmed(texts, true, true)}); }
};

}  // namespace

void register_strip_whitespace(Registry& registry) { registry.add<StripWhitespace>("StripWhitespace"); }

}  // namespace easel::nodes
