#include "nodes/three_d/viewed_model.hpp"
#include "nodes/types.hpp"

namespace easel::nodes {
namespace {

struct SavePointCloud : SavedModelView {
    static void declare(Schema& s) {
        declare_saver(s, point_cloud_kind);
        s.display_name = "Save Point Cloud";
        s.search_aliases = {"save point cloud", "save pointcloud", "export point cloud"};
    }

    ViewedModel execute(Context& context) const { return saved(context); }
};

}  // namespace

void register_save_point_cloud(Registry& registry) { registry.add<SavePointCloud>("SavePointCloud"); }

}  // namespace easel::nodes
