#include "inference/mesh/holes.hpp"
#include "nodes/three_d/mesh/mesh_socket.hpp"
#include "nodes/types.hpp"

namespace easel::nodes {
namespace {

struct FillHoles {
    inference::Meshes mesh;
    double max_perimeter = 0.03;
    double weld_epsilon_rel = 1e-05;
    std::int64_t max_vertices = 16;
    bool fill_chains = false;

    static void declare(Schema& s) {
        s.shape = RecordShape::modern;
        s.python_module = "comfy_extras.nodes_mesh_postprocess";
        s.category = "3d/mesh";
        s.display_name = "Fill Holes";
        s.description = "Fills holes up to a max perimeter, preserving existing geometry/UVs. GPU-vectorised with "
                        "auto-corrected winding and loop-averaged centroid colors";
        s.in("mesh", &FillHoles::mesh);
        s.in("max_perimeter", &FillHoles::max_perimeter)
            .least(0.0)
            .step(0.0001)
            .tooltip("Max hole perimeter to fill. 0 disables.");
        s.in("weld_epsilon_rel", &FillHoles::weld_epsilon_rel)
            .least(0.0)
            .step(1e-06)
            .tooltip("Pre-weld tolerance (fraction of bounding box diagonal); boundary detection needs welded "
                     "vertices. 0 skips.");
        s.in("max_vertices", &FillHoles::max_vertices)
            .range(3, 1024)
            .tooltip("Cap boundary vertices per cycle; centroid-fan only works for small near-planar holes. Keep ≤16.");
        s.in("fill_chains", &FillHoles::fill_chains)
            .tooltip("Also fill open chains (not just cycles). Noisy; OFF matches cumesh.");
        s.out("mesh");
    }

    inference::Meshes execute() const {
        inference::Meshes result;
        for (const inference::Mesh& item : mesh)
            result.push_back(inference::with_filled_holes(item, {.longest_rim = max_perimeter,
                                                                 .most_corners = max_vertices,
                                                                 .fills_chains = fill_chains,
                                                                 .weld_share = weld_epsilon_rel}));
        return result;
    }
};

}  // namespace

void register_fill_holes(Registry& registry) { registry.add<FillHoles>("FillHoles"); }

}  // namespace easel::nodes
