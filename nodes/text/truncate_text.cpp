#include "nodes/text/unicode_text.hpp"
#include "nodes/types.hpp"

namespace easel::nodes {
namespace {

struct TruncateText {
    std::string texts;
    std::int64_t max_length = 77;

    static void declare(Schema& s) {
        s.shape = RecordShape::modern;
        s.python_module = "comfy_extras.nodes_dataset";
        s.category = "text";
        s.display_name = "Truncate Text";
        s.description = "Truncate text to a maximum length.";
        s.experimental = true;
        s.search_aliases = {"truncate", "cut", "shorten"};
        s.in("texts", &TruncateText::texts).no_default().option("multiline", false).tooltip("Text to process.");
        s.in("max_length", &TruncateText::max_length).range(1, 10000).tooltip("Maximum text length.");
        s.extra["output_is_list"] = Json::array({nullptr});
        graph::OutputSpec& output = s.out("texts");
        output.type = "STRING";
        output.tooltip = "Processed texts";
    }

    // A list of one, as the reference hands it on.
    Json execute() const { return Json::array({substring(texts, 0, max_length)}); }
};

}  // namespace

void register_truncate_text(Registry& registry) { registry.add<TruncateText>("TruncateText"); }

}  // namespace easel::nodes
