#include "base/error.hpp"
#include "inference/mesh/mesh.hpp"
#include "nodes/three_d/mesh/mesh_socket.hpp"
#include "nodes/types.hpp"
#include "nodes/vision/moge/moge_sockets.hpp"

#include <ATen/ops/tensor.h>

namespace easel::nodes {
namespace {

struct MoGePointMapToMesh {
    inference::PointGeometry moge_geometry;
    std::int64_t batch_index = 0;
    std::int64_t decimation = 1;
    double discontinuity_threshold = 0.04;
    bool texture = true;

    static void declare(Schema& s) {
        s.shape = RecordShape::modern;
        s.python_module = "comfy_extras.nodes_moge";
        s.category = "image/geometry estimation";
        s.display_name = "Convert MoGe Point Map to Mesh";
        s.description = "Convert a MoGe point map into a 3D mesh.";
        s.search_aliases = {"moge", "mesh", "geometry", "point map"};
        s.in("moge_geometry", &MoGePointMapToMesh::moge_geometry);
        s.in("batch_index", &MoGePointMapToMesh::batch_index)
            .range(0, 4096)
            .tooltip("Which image of a batched MoGe geometry to mesh. Per-image vertex counts differ, so batches can't "
                     "be stacked into a single MESH.");
        s.in("decimation", &MoGePointMapToMesh::decimation).range(1, 8).tooltip("Vertex stride; 1 = full resolution.");
        s.in("discontinuity_threshold", &MoGePointMapToMesh::discontinuity_threshold)
            .range(0.0, 1.0)
            .step(0.01)
            .tooltip("Drop pixels whose 3x3 depth span exceeds this fraction. 0 = off.");
        s.in("texture", &MoGePointMapToMesh::texture)
            .tooltip("Carry the source image through as the baseColor texture.");
    }

    inference::Meshes execute() const {
        const inference::PointGeometry& geometry = moge_geometry;
        if (const std::int64_t count = geometry.points.size(0); batch_index >= count)
            throw NamedError("ValueError", "batch_index " + std::to_string(batch_index) +
                                               " out of range; moge_geometry has batch size " + std::to_string(count) +
                                               ".");
        inference::Mesh mesh =
            inference::grid_mesh(geometry.points[batch_index].cpu(), geometry.depth[batch_index].cpu(),
                                 {.step = decimation, .discontinuity = discontinuity_threshold});
        if (mesh.empty())
            throw NamedError("ValueError",
                             "MoGe produced an empty mesh; try discontinuity_threshold=0 or apply_mask=False.");
        if (geometry.intrinsics.defined())
            mesh = inference::from_camera_axes(mesh);
        else  // a panorama's axes are forward, left and up, and it is seen from inside
            mesh.vertices = mesh.vertices.index_select(1, at::tensor({1, 2, 0}, at::kLong));
        if (texture) mesh.texture = geometry.image[batch_index];
        return {mesh};
    }
};

}  // namespace

void register_mo_ge_point_map_to_mesh(Registry& registry) { registry.add<MoGePointMapToMesh>("MoGePointMapToMesh"); }

}  // namespace easel::nodes
