#include "nodes/three_d/model_file.hpp"
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
        s.in("viewport_state", &PreviewPointCloud::viewport_state).type("LOAD_3D");
        s.in("width", &PreviewPointCloud::width).range(1, 4096).step(1);
        s.in("height", &PreviewPointCloud::height).range(1, 4096).step(1);
        s.in("model_3d_info", &PreviewPointCloud::model_3d_info).type("LOAD3D_MODEL_INFO").advanced();
        s.in("camera_info", &PreviewPointCloud::camera_info).type("LOAD3D_CAMERA").advanced();
        s.hidden_in("prompt", "PROMPT", &PreviewPointCloud::prompt);
        s.hidden_in("extra_pnginfo", "EXTRA_PNGINFO", &PreviewPointCloud::extra_pnginfo);
        s.out("model_3d").type = "FILE_3D_POINT_CLOUD_ANY";
        s.out("model_3d_info").type = "LOAD3D_MODEL_INFO";
        s.out("camera_info").type = "LOAD3D_CAMERA";
        s.out("width");
        s.out("height");
    }

    Returns<ModelFile, Json, Json, std::int64_t, std::int64_t> execute(Context& context) const {
        const ViewportState viewport{viewport_state, camera_info, model_3d_info};
        const std::string file = copy_for_preview(context, model_3d, "preview_pointcloud", "temp");
        return {shown_model(file, viewport), model_3d, viewport.model_info(), viewport.camera(), width, height};
    }
};

}  // namespace

void register_preview_point_cloud(Registry& registry) { registry.add<PreviewPointCloud>("PreviewPointCloud"); }

}  // namespace easel::nodes
