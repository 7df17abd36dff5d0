#include "inference/mesh/vertices.hpp"
#include "nodes/three_d/mesh/mesh_socket.hpp"
#include "nodes/types.hpp"

namespace easel::nodes {
namespace {

struct MeshSmoothNormals {
    inference::Meshes mesh;
    double crease_angle = 180.0;

    static void declare(Schema& s) {
        s.shape = RecordShape::modern;
        s.python_module = "comfy_extras.nodes_mesh_postprocess";
        s.category = "3d/mesh";
        s.display_name = "Smooth Mesh Normals";
        s.description = "Compute smooth per-vertex normals and attach them to the mesh. Meshes without normals are "
                        "shaded flat (per-face) by glTF viewers; this makes them shade smoothly. With crease_angle "
                        "below 180, edges sharper than the threshold are kept hard by splitting vertices along them.";
        s.in("mesh", &MeshSmoothNormals::mesh);
        s.in("crease_angle", &MeshSmoothNormals::crease_angle)
            .range(0.0, 180.0)
            .step(1.0)
            .tooltip("Edges whose dihedral angle exceeds this value (degrees) stay hard (vertices are split). 180 = "
                     "fully smooth; lower preserves sharp edges (e.g. ~30-60 for hard-surface).");
        s.out("mesh");
    }

    inference::Meshes execute() const {
        inference::Meshes result;
        for (const inference::Mesh& item : mesh)
            if (item.empty())
                result.push_back(item);
            else if (crease_angle >= 180.0)
                result.push_back(inference::with_smooth_normals(item));
            else
                result.push_back(inference::with_creased_normals(item, crease_angle));
        return result;
    }
};

}  // namespace

void register_mesh_smooth_normals(Registry& registry) { registry.add<MeshSmoothNormals>("MeshSmoothNormals"); }

}  // namespace easel::nodes
