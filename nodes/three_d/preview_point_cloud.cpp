#include "nodes/three_d/viewed_model.hpp"
#include "nodes/types.hpp"

namespace easel::nodes {
namespace {

struct PreviewPointCloud {
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
        s.display_name = "Preview Point Cloud";
        s.description = "Preview a point cloud 3D file without saving it to the ComfyUI output directory.";
        s.output_node = true;
        s.experimental = true;
        s.search_aliases = {"view point cloud", "view pointcloud", "preview point cloud", "preview pointcloud",
                            "preview ply"};
        s.in("model_3d", &PreviewPointCloud::model_3d)
            .type("FILE_3D_POINT_CLOUD_ANY,FILE_3D_PLY")
            .tooltip("Point cloud file (.ply)");
        declare_viewport<PreviewPointCloud>(s, "FILE_3D_POINT_CLOUD_ANY");
    }

    ViewedModel execute(Context& context) const {
        return viewed(*this, copy_for_preview(context, model_3d, "preview_pointcloud", "temp"));
    }
};

}  // namespace

void register_preview_point_cloud(Registry& registry) { registry.add<PreviewPointCloud>("PreviewPointCloud"); }

}  // namespace easel::nodes
