#include "nodes/three_d/viewed_model.hpp"
#include "nodes/types.hpp"

namespace easel::nodes {
namespace {

struct PreviewPointCloud : ModelView {
    static void declare(Schema& s) {
        declare_preview(s, point_cloud_kind);
        s.display_name = "Preview Point Cloud";
        s.description = "Preview a point cloud 3D file without saving it to the ComfyUI output directory.";
        s.search_aliases = {"view point cloud", "view pointcloud", "preview point cloud", "preview pointcloud",
                            "preview ply"};
    }

    ViewedModel execute(Context& context) const {
        return viewed(copy_for_preview(context, model_3d, "preview_pointcloud", "temp"));
    }
};

}  // namespace

void register_preview_point_cloud(Registry& registry) { registry.add<PreviewPointCloud>("PreviewPointCloud"); }

}  // namespace easel::nodes
