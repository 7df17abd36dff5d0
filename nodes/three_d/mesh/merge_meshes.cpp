#include "base/error.hpp"
#include "graph/autogrow.hpp"
#include "nodes/three_d/mesh/mesh_socket.hpp"
#include "nodes/types.hpp"

namespace easel::nodes {
namespace {

struct MergeMeshes {
    graph::Autogrow<inference::Meshes> meshes;

    static void declare(Schema& s) {
        s.shape = RecordShape::modern;
        s.python_module = "comfy_extras.nodes_save_3d";
        s.category = "3d/mesh";
        s.display_name = "Merge Meshes";
        s.description =
            "Concatenate N meshes into one by offsetting face indices and stacking verts, faces, uvs, and colors.";
        graph::grow(s.in("meshes", &MergeMeshes::meshes).spec(),
                    {.element = "mesh", .prefix = "mesh", .least = 2, .most = 50, .element_type = "MESH"});
        s.out("mesh");
    }

    inference::Meshes execute() const {
        std::vector<inference::Meshes> links;
        for (const auto& [name, link] : meshes.values)
            links.push_back(link);
        if (links.empty()) throw NamedError("ValueError", "MergeMeshes: need at least one mesh");
        return {inference::merged(links)};
    }
};

}  // namespace

void register_merge_meshes(Registry& registry) { registry.add<MergeMeshes>("MergeMeshes"); }

}  // namespace easel::nodes
