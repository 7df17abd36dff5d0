#include "base/error.hpp"
#include "inference/mesh/voxels.hpp"
#include "nodes/choices.hpp"
#include "nodes/three_d/mesh/mesh_socket.hpp"
#include "nodes/three_d/mesh/voxels.hpp"

namespace easel::nodes {
namespace {

inference::Meshes surfaces_of(const Voxels& voxel, double threshold,
                              inference::Mesh (*surface)(const Tensor& voxels, double threshold)) {
    if (voxel.values.dim() != 4)
        throw UserError("these voxels are places alone; a surface needs a grid, as VAEDecodeHunyuan3D makes it");
    inference::Meshes meshes;
    for (const Tensor& grid : voxel.values.unbind(0))
        meshes.push_back(surface(grid, threshold));
    return meshes;
}

struct VoxelToMesh {
    Voxels voxel;
    std::string algorithm;
    double threshold = 0.6;

    static void declare(Schema& s) {
        s.shape = RecordShape::modern;
        s.python_module = "comfy_extras.nodes_hunyuan3d";
        s.category = "3d";
        s.display_name = "Voxel to Mesh";
        s.description = "Converts a voxel grid to a mesh.";
        s.in("voxel", &VoxelToMesh::voxel);
        s.in("algorithm", &VoxelToMesh::algorithm).choices(one_of({"surface net", "basic"}));
        s.in("threshold", &VoxelToMesh::threshold).range(-1.0, 1.0).step(0.01);
    }

    inference::Meshes execute() const {
        return surfaces_of(voxel, threshold, algorithm == "basic" ? inference::cube_surface : inference::surface_net);
    }
};

struct VoxelToMeshBasic {
    Voxels voxel;
    double threshold = 0.6;

    static void declare(Schema& s) {
        s.shape = RecordShape::modern;
        s.python_module = "comfy_extras.nodes_hunyuan3d";
        s.category = "3d";
        s.display_name = "Voxel to Mesh (Basic) (DEPRECATED)";
        s.description = "Converts a voxel grid to a mesh.";
        s.deprecated = true;
        s.in("voxel", &VoxelToMeshBasic::voxel);
        s.in("threshold", &VoxelToMeshBasic::threshold).range(-1.0, 1.0).step(0.01);
    }

    inference::Meshes execute() const { return surfaces_of(voxel, threshold, inference::cube_surface); }
};

}  // namespace

void register_voxel_to_mesh(Registry& registry) {
    registry.add<VoxelToMesh>("VoxelToMesh");
    registry.add<VoxelToMeshBasic>("VoxelToMeshBasic");
}

}  // namespace easel::nodes
