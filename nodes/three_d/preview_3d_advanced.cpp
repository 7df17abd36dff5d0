#include "nodes/three_d/model_file.hpp"
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
        s.in("viewport_state", &Preview3DAdvanced::viewport_state).type("LOAD_3D");
        s.in("width", &Preview3DAdvanced::width).range(1, 4096).step(1);
        s.in("height", &Preview3DAdvanced::height).range(1, 4096).step(1);
        s.in("model_3d_info", &Preview3DAdvanced::model_3d_info).type("LOAD3D_MODEL_INFO").advanced();
        s.in("camera_info", &Preview3DAdvanced::camera_info).type("LOAD3D_CAMERA").advanced();
        s.hidden_in("prompt", "PROMPT", &Preview3DAdvanced::prompt);
        s.hidden_in("extra_pnginfo", "EXTRA_PNGINFO", &Preview3DAdvanced::extra_pnginfo);
        s.out("model_3d");
        s.out("model_3d_info").type = "LOAD3D_MODEL_INFO";
        s.out("camera_info").type = "LOAD3D_CAMERA";
        s.out("width");
        s.out("height");
    }

    Returns<ModelFile, Json, Json, std::int64_t, std::int64_t> execute(Context& context) const {
        const ViewportState viewport{viewport_state, camera_info, model_3d_info};
        const std::string file = copy_for_preview(context, model_3d, "preview3d_advanced", "temp");
        return {shown_model(file, viewport), model_3d, viewport.model_info(), viewport.camera(), width, height};
    }
};

}  // namespace

void register_preview_3d_advanced(Registry& registry) { registry.add<Preview3DAdvanced>("Preview3DAdvanced"); }

}  // namespace easel::nodes
