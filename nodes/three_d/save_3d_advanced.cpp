#include "nodes/three_d/viewed_model.hpp"
#include "nodes/types.hpp"

namespace easel::nodes {
namespace {

struct Save3DAdvanced {
    ModelFile model_3d;
    std::string filename_prefix = "3d/ComfyUI";
    Json viewport_state;
    std::int64_t width = 1024;
    std::int64_t height = 1024;
    std::optional<Json> model_3d_info;
    std::optional<Json> camera_info;
    std::optional<Json> prompt;
    std::optional<Json> extra_pnginfo;

    static void declare(Schema& s) {
        s.shape = RecordShape::modern;
        s.python_module = "comfy_extras.nodes_save_3d";
        s.category = "3d";
        s.display_name = "Save 3D (Advanced)";
        s.output_node = true;
        s.experimental = true;
        s.search_aliases = {"save 3d", "export 3d model", "save mesh advanced"};
        s.in("model_3d", &Save3DAdvanced::model_3d)
            .type("FILE_3D_GLB,FILE_3D_GLTF,FILE_3D_FBX,FILE_3D_OBJ,FILE_3D_STL,FILE_3D_USDZ,FILE_3D")
            .tooltip("3D model file from an upstream 3D node.");
        s.in("filename_prefix", &Save3DAdvanced::filename_prefix).option("multiline", false);
        declare_viewport<Save3DAdvanced>(s);
    }

    ViewedModel execute(Context& context) const {
        return viewed(*this, save_model(context, model_3d, filename_prefix));
    }
};

}  // namespace

void register_save_3d_advanced(Registry& registry) { registry.add<Save3DAdvanced>("Save3DAdvanced"); }

}  // namespace easel::nodes
