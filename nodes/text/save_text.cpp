#include "base/folders.hpp"
#include "base/python_json.hpp"
#include "nodes/choices.hpp"
#include "nodes/file_origin.hpp"
#include "nodes/saving.hpp"
#include "nodes/types.hpp"

#include <span>

namespace easel::nodes {
namespace {

// JSON in lines; a text that is none as it is.
std::string indented_json(const std::string& text) {
    const Json parsed = Json::parse(text, nullptr, false);
    return parsed.is_discarded() ? text : python_json(parsed, {.ascii = false, .indent = 2});
}

struct SaveText : FileOrigin {
    std::string text;
    std::string filename_prefix = "ComfyUI";
    std::string format = "txt";

    static void declare(Schema& s) {
        s.shape = RecordShape::modern;
        s.python_module = "comfy_extras.nodes_text";
        s.category = "text";
        s.display_name = "Save Text";
        s.description = "Save text content to a file in the output directory.";
        s.output_node = true;
        s.search_aliases = {"save text", "write text", "export text"};
        s.in("text", &SaveText::text).no_default().force_input().option("multiline", false);
        s.in("filename_prefix", &SaveText::filename_prefix).option("multiline", false);
        s.in("format", &SaveText::format).choices(one_of({"txt", "csv", "md", "json"})).default_value("txt");
        declare_origin(s);
        s.out("text");
    }

    Returns<std::string> execute(Context& context) const {
        SaveSlot slot(context.use<Folders>().directory("output"), filename_prefix, 1, 1);
        const std::string content = format == "json" ? indented_json(text) : text;
        const Json saved = slot.save(std::span(reinterpret_cast<const std::uint8_t*>(content.data()), content.size()),
                                     0, "." + format, "output");
        return {Ui{{{"text", {text}}, {"files", {saved}}}}, text};
    }
};

}  // namespace

void register_save_text(Registry& registry) { registry.add<SaveText>("SaveText"); }

}  // namespace easel::nodes
