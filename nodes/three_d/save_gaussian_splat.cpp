#include "base/folders.hpp"
#include "nodes/saving.hpp"
#include "nodes/three_d/model_file.hpp"
#include "nodes/types.hpp"

namespace easel::nodes {
namespace {

struct SaveGaussianSplat {
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
        s.display_name = "Save Splat";
        s.output_node = true;
        s.experimental = true;
        s.search_aliases = {"save splat", "save gaussian splat", "export gaussian", "export splat"};
        s.in("model_3d", &SaveGaussianSplat::model_3d)
            .type("FILE_3D_SPLAT_ANY,FILE_3D_PLY,FILE_3D_SPLAT,FILE_3D_SPZ,FILE_3D_KSPLAT")
            .tooltip("A gaussian splat 3D file.");
        s.in("filename_prefix", &SaveGaussianSplat::filename_prefix).option("multiline", false);
        s.in("viewport_state", &SaveGaussianSplat::viewport_state).type("LOAD_3D");
        s.in("width", &SaveGaussianSplat::width).range(1, 4096).step(1);
        s.in("height", &SaveGaussianSplat::height).range(1, 4096).step(1);
        s.in("model_3d_info", &SaveGaussianSplat::model_3d_info).type("LOAD3D_MODEL_INFO").advanced();
        s.in("camera_info", &SaveGaussianSplat::camera_info).type("LOAD3D_CAMERA").advanced();
        s.hidden_in("prompt", "PROMPT", &SaveGaussianSplat::prompt);
        s.hidden_in("extra_pnginfo", "EXTRA_PNGINFO", &SaveGaussianSplat::extra_pnginfo);
        s.out("model_3d").type = "FILE_3D_SPLAT_ANY";
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

void register_save_gaussian_splat(Registry& registry) { registry.add<SaveGaussianSplat>("SaveGaussianSplat"); }

}  // namespace easel::nodes
