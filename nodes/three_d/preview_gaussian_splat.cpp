#include "nodes/three_d/viewed_model.hpp"
#include "nodes/types.hpp"

namespace easel::nodes {
namespace {

struct PreviewGaussianSplat : ModelView {
    static void declare(Schema& s) {
        declare_preview(s, splat_kind);
        s.display_name = "Preview Splat";
        s.description = "Preview a gaussian splat 3D file without saving it to the ComfyUI output directory.";
        s.search_aliases = {
            "view splat",    "view gaussian", "view gaussian splat", "preview gaussian", "preview gaussian splat",
            "view 3dgs",     "preview 3dgs",  "preview ply",         "preview spz",      "preview splat",
            "preview ksplat"};
    }

    ViewedModel execute(Context& context) const {
        return viewed(copy_for_preview(context, model_3d, "preview_splat", "temp"));
    }
};

}  // namespace

void register_preview_gaussian_splat(Registry& registry) { registry.add<PreviewGaussianSplat>("PreviewGaussianSplat"); }

}  // namespace easel::nodes
