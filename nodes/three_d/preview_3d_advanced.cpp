#include "nodes/three_d/viewed_model.hpp"
#include "nodes/types.hpp"

namespace easel::nodes {
namespace {

struct Preview3DAdvanced {
    ModelFile model_3d;
    Json viewport_state;
    std::int64_t width = 1024;
    std::int64_t height = 1024;
    std::optional<Json> model_3d_info;
    std::optional<Json> camera_info;
    std::optional<Json> prompt;
    std::optional<Json> extra_pnginfo;

    static void declare(Schema& s) {
        s.shape = RecordShape::modern;
        s.python_module = "comfy_extras.nodes_load_3d";
        s.category = "3d";
        s.display_name = "Preview 3D (Advanced)";
        s.description = "Preview a 3D model file without saving it to the ComfyUI output directory.";
        s.output_node = true;
        s.experimental = true;
        s.search_aliases = {"preview 3d", "3d viewer", "view mesh", "frame 3d", "3d camera output"};
        s.in("model_3d", &Preview3DAdvanced::model_3d)
            .type("FILE_3D_GLB,FILE_3D_GLTF,FILE_3D_FBX,FILE_3D_OBJ,FILE_3D_STL,FILE_3D_USDZ,FILE_3D")
            .tooltip("3D model file from an upstream 3D node.");
        declare_viewport<Preview3DAdvanced>(s);
    }

    ViewedModel execute(Context& context) const {
        return viewed(*this, copy_for_preview(context, model_3d, "preview3d_advanced", "temp"));
    }
};

}  // namespace

void register_preview_3d_advanced(Registry& registry) { registry.add<Preview3DAdvanced>("Preview3DAdvanced"); }

}  // namespace easel::nodes
