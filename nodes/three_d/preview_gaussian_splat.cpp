#include "nodes/three_d/viewed_model.hpp"
#include "nodes/types.hpp"

namespace easel::nodes {
namespace {

struct PreviewGaussianSplat {
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
        s.display_name = "Preview Splat";
        s.description = "Preview a gaussian splat 3D file without saving it to the ComfyUI output directory.";
        s.output_node = true;
        s.experimental = true;
        s.search_aliases = {
            "view splat",    "view gaussian", "view gaussian splat", "preview gaussian", "preview gaussian splat",
            "view 3dgs",     "preview 3dgs",  "preview ply",         "preview spz",      "preview splat",
            "preview ksplat"};
        s.in("model_3d", &PreviewGaussianSplat::model_3d)
            .type("FILE_3D_SPLAT_ANY,FILE_3D_PLY,FILE_3D_SPLAT,FILE_3D_SPZ,FILE_3D_KSPLAT")
            .tooltip("A gaussian splat 3D file.");
        declare_viewport<PreviewGaussianSplat>(s, "FILE_3D_SPLAT_ANY");
    }

    ViewedModel execute(Context& context) const {
        return viewed(*this, copy_for_preview(context, model_3d, "preview_splat", "temp"));
    }
};

}  // namespace

void register_preview_gaussian_splat(Registry& registry) { registry.add<PreviewGaussianSplat>("PreviewGaussianSplat"); }

}  // namespace easel::nodes
