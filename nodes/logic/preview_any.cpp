#include "nodes/logic/preview_text.hpp"
#include "nodes/types.hpp"

namespace easel::nodes {
namespace {

struct PreviewAny {
    Value source;

    static void declare(Schema& s) {
        s.python_module = "comfy_extras.nodes_preview_any";
        s.category = "utilities";
        s.display_name = "Preview as Text";
        s.description = "Preview any input value as text.";
        s.output_node = true;
        s.search_aliases = {"show output", "inspect", "debug", "print value", "show text"};
        s.in("source", &PreviewAny::source).spec().shows_options = true;
    }

    Returns<std::string> execute() const {
        const std::string text = preview_text(source);
        return {Ui{{{"text", {text}}}}, text};
    }
};

}  // namespace

void register_preview_any(Registry& registry) { registry.add<PreviewAny>("PreviewAny"); }

}  // namespace easel::nodes
