#include "nodes/three_d/viewed_model.hpp"
#include "nodes/types.hpp"

namespace easel::nodes {
namespace {

struct SavePointCloud {
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
        s.display_name = "Save Point Cloud";
        s.output_node = true;
        s.experimental = true;
        s.search_aliases = {"save point cloud", "save pointcloud", "export point cloud"};
        s.in("model_3d", &SavePointCloud::model_3d)
            .type("FILE_3D_POINT_CLOUD_ANY,FILE_3D_PLY")
            .tooltip("Point cloud file (.ply)");
        s.in("filename_prefix", &SavePointCloud::filename_prefix).option("multiline", false);
        declare_viewport<SavePointCloud>(s, "FILE_3D_POINT_CLOUD_ANY");
    }

    ViewedModel execute(Context& context) const {
        return viewed(*this, save_model(context, model_3d, filename_prefix));
    }
};

}  // namespace

void register_save_point_cloud(Registry& registry) { registry.add<SavePointCloud>("SavePointCloud"); }

}  // namespace easel::nodes
