#include "base/folders.hpp"
#include "base/python_json.hpp"
#include "nodes/file_origin.hpp"
#include "nodes/image/svg.hpp"
#include "nodes/saving.hpp"
#include "nodes/types.hpp"

#include <span>
#include <string>

namespace easel::nodes {
namespace {

// The prompt and the workflow as JSON, "" when there is nothing to tell.
std::string svg_metadata(const std::optional<Json>& prompt, const std::optional<Json>& extra_pnginfo) {
    Json all = Json::object();
    if (prompt && !prompt->is_null()) all["prompt"] = *prompt;
    if (extra_pnginfo && extra_pnginfo->is_object()) all.update(*extra_pnginfo);
    return all.empty() ? "" : python_json(all, {.indent = 2});
}

// A metadata element behind the opening tag of every <svg>.
std::string with_metadata(const std::string& document, const std::string& metadata) {
    if (metadata.empty()) return document;
    std::string out;
    std::size_t at = 0;
    while (true) {
        const std::size_t tag = document.find("<svg", at);
        const std::size_t end = tag == std::string::npos ? tag : document.find('>', tag);
        if (end == std::string::npos) break;
        out += document.substr(at, end + 1 - at) + "\n  <metadata><![CDATA[" + metadata + "]]></metadata>\n";
        at = end + 1;
    }
    return out + document.substr(at);
}

struct SaveSVGNode : FileOrigin {
    Svg svg;
    std::string filename_prefix = "svg/ComfyUI";

    static void declare(Schema& s) {
        s.shape = RecordShape::modern;
        s.python_module = "comfy_extras.nodes_images";
        s.category = "image";
        s.display_name = "Save SVG";
        s.description = "Save SVG files on disk.";
        s.output_node = true;
        s.search_aliases = {"export vector", "save vector graphics"};
        s.in("svg", &SaveSVGNode::svg);
        s.in("filename_prefix", &SaveSVGNode::filename_prefix)
            .option("multiline", false)
            .tooltip("The prefix for the file to save. This may include formatting information such as "
                     "%date:yyyy-MM-dd% or %Empty Latent Image.width% to include values from nodes.");
        declare_origin(s);
        s.out("svg");
    }

    Returns<Svg> execute(Context& context) const {
        SaveSlot slot(context.use<Folders>().directory("output"), filename_prefix);
        const std::string metadata = svg_metadata(prompt, extra_pnginfo);
        Json saved = Json::array();
        for (std::int64_t i = 0; i < std::ssize(svg.documents); ++i) {
            const std::string document = with_metadata(svg.documents[static_cast<std::size_t>(i)], metadata);
            const std::span bytes(reinterpret_cast<const std::uint8_t*>(document.data()), document.size());
            saved.push_back(slot.save(bytes, i, "_.svg", "output"));
        }
        return {Ui{{{"images", saved}}}, svg};
    }
};

}  // namespace

void register_save_svg_node(Registry& registry) { registry.add<SaveSVGNode>("SaveSVGNode"); }

}  // namespace easel::nodes
