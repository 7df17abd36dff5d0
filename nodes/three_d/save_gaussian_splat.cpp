#include "nodes/three_d/viewed_model.hpp"
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
        declare_viewport<SaveGaussianSplat>(s, "FILE_3D_SPLAT_ANY");
    }

    ViewedModel execute(Context& context) const {
        return viewed(*this, save_model(context, model_3d, filename_prefix));
    }
};

}  // namespace

void register_save_gaussian_splat(Registry& registry) { registry.add<SaveGaussianSplat>("SaveGaussianSplat"); }

}  // namespace easel::nodes
