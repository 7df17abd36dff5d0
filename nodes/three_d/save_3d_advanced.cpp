#include "base/folders.hpp"
#include "nodes/saving.hpp"
#include "nodes/three_d/model_file.hpp"
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
        s.in("viewport_state", &Save3DAdvanced::viewport_state).type("LOAD_3D");
        s.in("width", &Save3DAdvanced::width).range(1, 4096).step(1);
        s.in("height", &Save3DAdvanced::height).range(1, 4096).step(1);
        s.in("model_3d_info", &Save3DAdvanced::model_3d_info).type("LOAD3D_MODEL_INFO").advanced();
        s.in("camera_info", &Save3DAdvanced::camera_info).type("LOAD3D_CAMERA").advanced();
        s.hidden_in("prompt", "PROMPT", &Save3DAdvanced::prompt);
        s.hidden_in("extra_pnginfo", "EXTRA_PNGINFO", &Save3DAdvanced::extra_pnginfo);
        s.out("model_3d");
        s.out("model_3d_info").type = "LOAD3D_MODEL_INFO";
        s.out("camera_info").type = "LOAD3D_CAMERA";
        s.out("width");
        s.out("height");
    }

    Returns<ModelFile, Json, Json, std::int64_t, std::int64_t> execute(Context& context) const {
        const ViewportState viewport{viewport_state, camera_info, model_3d_info};
        SaveSlot slot(context.use<Folders>().directory("output"), filename_prefix);
        const std::string name = slot.next_name(0, "." + (model_3d.format().empty() ? "glb" : model_3d.format()));
        std::filesystem::copy_file(model_3d.path, slot.folder() / name);
        const std::string file = slot.subfolder().empty() ? name : slot.subfolder() + "/" + name;
        return {shown_model(file, viewport), model_3d, viewport.model_info(), viewport.camera(), width, height};
    }
};

}  // namespace

void register_save_3d_advanced(Registry& registry) { registry.add<Save3DAdvanced>("Save3DAdvanced"); }

}  // namespace easel::nodes
