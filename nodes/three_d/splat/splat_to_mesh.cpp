#include "base/log.hpp"
#include "inference/splat/splat_mesh.hpp"
#include "nodes/three_d/mesh/mesh_socket.hpp"
#include "nodes/three_d/splat/splat_socket.hpp"
#include "nodes/types.hpp"

#include <cmath>

namespace easel::nodes {
namespace {

struct SplatToMesh {
    inference::Splats splat;
    std::int64_t resolution = 384;
    std::int64_t kernel = 5;
    std::int64_t smooth = 0;
    double level = 0.4;
    std::int64_t min_component = 500;
    double min_opacity = 0.02;
    double color_sharpen = 2.0;

    static void declare(Schema& s) {
        s.shape = RecordShape::modern;
        s.python_module = "comfy_extras.nodes_gaussian_splat";
        s.category = "3d/splat";
        s.display_name = "Extract Mesh from Splat";
        s.description = "Extract a coloured mesh from a gaussian splat.";
        s.search_aliases = {"splat to mesh", "gaussian surface nets", "splat surface", "mesh splat"};
        s.in("splat", &SplatToMesh::splat);
        s.in("resolution", &SplatToMesh::resolution)
            .range(64, 768)
            .step(16)
            .tooltip("Density-grid resolution along the longest axis. Higher = finer surface, more VRAM/time (grows "
                     "with resolution^3).");
        s.in("kernel", &SplatToMesh::kernel)
            .range(1, 8)
            .tooltip("Max splat half-width in voxels. Each gaussian is rasterized over a window sized to its own "
                     "3-sigma, capped here - small surfels stay cheap, large ones aren't truncated. Raise if sparse "
                     "splats leave gaps.");
        s.in("smooth", &SplatToMesh::smooth)
            .range(0, 60)
            .advanced()
            .tooltip("Taubin mesh-smoothing iterations. Smooths the surface without shrinking it (volume-preserving), "
                     "unlike blurring the density. 0 = raw surface.");
        s.in("level", &SplatToMesh::level)
            .range(0.0, 2.0)
            .step(0.01)
            .tooltip("Iso-surface level. Auto-picked by Otsu; this biases it (1.0 = auto, lower = "
                     "fatter/more-connected surface, higher = thinner/tighter).");
        s.in("min_component", &SplatToMesh::min_component)
            .range(0, 100000)
            .step(50)
            .advanced()
            .tooltip("Drop connected components smaller than this many vertices (0 = keep all). Removes detached "
                     "floater blobs and the inner shell of the double wall.");
        s.in("min_opacity", &SplatToMesh::min_opacity)
            .range(0.0, 1.0)
            .step(0.01)
            .advanced()
            .tooltip("Ignore gaussians fainter than this before meshing.");
        s.in("color_sharpen", &SplatToMesh::color_sharpen)
            .range(1.0, 8.0)
            .step(0.5)
            .tooltip("Crisp up the vertex texture: 1.0 = physically-correct blend; higher biases each voxel's colour "
                     "toward its dominant gaussian instead of averaging neighbours (de-smears the texture). Colour "
                     "only - geometry is unchanged.");
        s.out("mesh");
    }

    inference::Meshes execute(Context& context) const {
        const inference::SplatMeshing settings{.resolution = resolution,
                                               .reach = kernel,
                                               .smoothing = smooth,
                                               .level = level,
                                               .smallest_part = min_component,
                                               .least_opacity = min_opacity,
                                               .color_sharpen = color_sharpen};
        constexpr double steps = 1000;  // of the bar, for each splat
        const double total = static_cast<double>(splat.size()) * steps;
        inference::Meshes meshes;
        for (const inference::Splat& item : splat) {
            const double before = static_cast<double>(meshes.size()) * steps;
            meshes.push_back(inference::surface_of(
                item, settings, [&](double share) { context.progress(before + std::floor(share * steps), total); }));
            if (meshes.back().empty())
                logger("nodes")->warn("SplatToMesh finds no surface in splat {}", meshes.size() - 1);
            context.progress(before + steps, total);
        }
        return meshes;
    }
};

}  // namespace

void register_splat_to_mesh(Registry& registry) { registry.add<SplatToMesh>("SplatToMesh"); }

}  // namespace easel::nodes
