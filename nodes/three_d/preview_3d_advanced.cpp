#include "nodes/three_d/viewed_model.hpp"
#include "nodes/types.hpp"

namespace easel::nodes {
namespace {

struct Preview3DAdvanced : ModelView {
    static void declare(Schema& s) {
        declare_preview(s, any_model_kind);
        s.display_name = "Preview 3D (Advanced)";
        s.description = "Preview a 3D model file without saving it to the ComfyUI output directory.";
        s.search_aliases = {"preview 3d", "3d viewer", "view mesh", "frame 3d", "3d camera output"};
    }

    ViewedModel execute(Context& context) const {
        return viewed(copy_for_preview(context, model_3d, "preview3d_advanced", "temp"));
    }
};

}  // namespace

void register_preview_3d_advanced(Registry& registry) { registry.add<Preview3DAdvanced>("Preview3DAdvanced"); }

}  // namespace easel::nodes
