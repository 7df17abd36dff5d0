#include "inference/mesh/vertices.hpp"
#include "nodes/three_d/mesh/mesh_socket.hpp"
#include "nodes/types.hpp"

namespace easel::nodes {
namespace {

struct WeldVertices {
    inference::Meshes mesh;
    double epsilon_rel = 1e-05;
    double epsilon_abs = 0.0;

    static void declare(Schema& s) {
        s.shape = RecordShape::modern;
        s.python_module = "comfy_extras.nodes_mesh_postprocess";
        s.category = "3d/mesh";
        s.display_name = "Weld Vertices";
        s.description = "Merge coincident vertices via L_inf grid quantization. Use when a mesh comes in unwelded "
                        "(per-face verts, no shared edges) — pre-pass before FillHoles, DecimateMesh, or any "
                        "topology-aware op. Colors averaged per cluster.";
        s.in("mesh", &WeldVertices::mesh);
        s.in("epsilon_rel", &WeldVertices::epsilon_rel)
            .least(0.0)
            .step(1e-06)
            .tooltip("Weld tolerance (fraction of bbox diagonal). 1e-5 for float dedup; 1e-3 for "
                     "visibly-close-but-distinct verts.");
        s.in("epsilon_abs", &WeldVertices::epsilon_abs)
            .least(0.0)
            .step(1e-06)
            .tooltip("Absolute weld tolerance (overrides epsilon_rel when > 0).");
        s.out("mesh");
    }

    inference::Meshes execute() const {
        inference::Meshes result;
        for (const inference::Mesh& item : mesh)
            result.push_back(inference::welded(item, {.share = epsilon_rel, .distance = epsilon_abs}));
        return result;
    }
};

}  // namespace

void register_weld_vertices(Registry& registry) { registry.add<WeldVertices>("WeldVertices"); }

}  // namespace easel::nodes
