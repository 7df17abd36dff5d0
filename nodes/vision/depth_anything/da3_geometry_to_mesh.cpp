#include "base/error.hpp"
#include "inference/vision/depth_anything/scene_mesh.hpp"
#include "nodes/three_d/mesh/mesh_socket.hpp"
#include "nodes/types.hpp"
#include "nodes/vision/depth_anything/depth_sockets.hpp"

namespace easel::nodes {
namespace {

struct DA3GeometryToMesh {
    inference::DepthGeometry da3_geometry;
    std::int64_t batch_index = 0;
    std::int64_t decimation = 1;
    double discontinuity_threshold = 0.04;
    double confidence_threshold = 0.1;
    bool use_sky_mask = true;
    bool texture = true;

    static void declare(Schema& s) {
        s.shape = RecordShape::modern;
        s.python_module = "comfy_extras.nodes_depth_anything_3";
        s.category = "image/geometry estimation";
        s.display_name = "Convert DA3 Geometry to Mesh";
        s.description = "Convert a depth map into a triangulated 3D mesh.";
        s.search_aliases = {"da3", "depth anything", "mesh", "geometry", "3d", "triangulate"};
        s.in("da3_geometry", &DA3GeometryToMesh::da3_geometry);
        s.in("batch_index", &DA3GeometryToMesh::batch_index)
            .range(0, 4096)
            .tooltip("Which image of a batch to convert. Per-image vertex counts differ so batches cannot be stacked.");
        s.in("decimation", &DA3GeometryToMesh::decimation)
            .range(1, 8)
            .tooltip("Vertex stride. 1 = full resolution, 2 = half, etc.");
        s.in("discontinuity_threshold", &DA3GeometryToMesh::discontinuity_threshold)
            .range(0.0, 1.0)
            .step(0.01)
            .tooltip("Drop triangles whose 3x3 depth span exceeds this fraction. 0 = off.");
        s.in("confidence_threshold", &DA3GeometryToMesh::confidence_threshold)
            .range(0.0, 1.0)
            .step(0.01)
            .tooltip(
                "Exclude pixels whose per-image normalised confidence is below this value (0 = keep all, 1 = keep only "
                "the single most confident pixel). Used when the geometry has a confidence map (Small/Base models).");
        s.in("use_sky_mask", &DA3GeometryToMesh::use_sky_mask)
            .tooltip("Exclude sky-probability pixels (sky >= 0.5) from the mesh. Used when the geometry has a sky map "
                     "(Mono/Metric models).");
        s.in("texture", &DA3GeometryToMesh::texture).tooltip("Use the source image as a base color texture.");
    }

    inference::Meshes execute() const {
        if (const std::int64_t count = da3_geometry.depth.size(0); batch_index >= count)
            throw NamedError("ValueError", "batch_index " + std::to_string(batch_index) +
                                               " is out of range; DA3_GEOMETRY has batch size " +
                                               std::to_string(count) + ".");
        const inference::Mesh mesh =
            inference::scene_mesh(da3_geometry, batch_index,
                                  {.grid = {.step = decimation, .discontinuity = discontinuity_threshold},
                                   .least_confidence = confidence_threshold,
                                   .drops_sky = use_sky_mask,
                                   .is_textured = texture});
        if (mesh.empty())
            throw NamedError("ValueError",
                             "DA3GeometryToMesh produced an empty mesh. Try raising discontinuity_threshold, "
                             "lowering confidence_threshold, or disabling use_sky_mask.");
        return {mesh};
    }
};

}  // namespace

void register_da3_geometry_to_mesh(Registry& registry) { registry.add<DA3GeometryToMesh>("DA3GeometryToMesh"); }

}  // namespace easel::nodes
