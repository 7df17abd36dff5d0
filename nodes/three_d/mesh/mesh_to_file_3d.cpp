#include "base/error.hpp"
#include "base/folders.hpp"
#include "base/log.hpp"
#include "nodes/saving.hpp"
#include "nodes/three_d/mesh/glb.hpp"
#include "nodes/three_d/mesh/mesh_socket.hpp"
#include "nodes/three_d/model_file.hpp"
#include "nodes/types.hpp"

namespace easel::nodes {
namespace {

struct MeshToFile3D {
    inference::Meshes mesh;

    static void declare(Schema& s) {
        s.shape = RecordShape::modern;
        s.python_module = "comfy_extras.nodes_save_3d";
        s.category = "3d";
        s.display_name = "Create 3D File (from Mesh)";
        s.description =
            "Serialize a mesh to a GLB File3D object for Save / Preview 3D nodes, carrying its UVs, colors, normals, "
            "texture, normal/occlusion/emissive maps and material. Supports one item per batch only.";
        s.search_aliases = {"mesh to glb", "mesh to file", "export mesh"};
        s.in("mesh", &MeshToFile3D::mesh);
        s.out("model_3d").type = "FILE_3D_GLB";
    }

    ModelFile execute(Context& context) const {
        if (mesh.empty() || mesh.front().empty())
            throw NamedError("ValueError", "MeshToFile3D: mesh is empty (no vertices/faces).");
        if (mesh.size() > 1) logger("nodes")->warn("MeshToFile3D takes the first of {} meshes", mesh.size());
        return new_model(context, glb_of(mesh.front(), {}), "glb");
    }
};

}  // namespace

void register_mesh_to_file_3d(Registry& registry) { registry.add<MeshToFile3D>("MeshToFile3D"); }

}  // namespace easel::nodes
