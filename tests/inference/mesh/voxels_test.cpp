#include "inference/mesh/voxels.hpp"

#include "tests/support/inference/recorded.hpp"

namespace easel::inference {
namespace {

using testing::recorded;
using testing::to_tensor;

Mesh surface_of(const std::string& name, const Tensor& voxels, double threshold) {
    return name == "net" ? surface_net(voxels, threshold) : cube_surface(voxels, threshold);
}

TEST(VoxelSurfaces, HaveTheReferencesVerticesAndFaces) {
    for (const auto& one : recorded("meshes.json")["surfaces"]) {
        const Tensor voxels = to_tensor(one["values"], one["shape"].get<std::vector<int64_t>>());
        const Mesh mesh = surface_of(one["surface"], voxels, one["threshold"]);
        const auto faces = one["faces"].get<std::vector<int64_t>>();
        ASSERT_EQ(mesh.vertices.numel(), static_cast<int64_t>(one["vertices"].size())) << one["surface"];
        EXPECT_TRUE(at::equal(mesh.faces.flatten(), at::tensor(faces, at::kLong))) << one["surface"];
        const Tensor expected = to_tensor(one["vertices"], mesh.vertices.sizes().vec());
        EXPECT_LT((mesh.vertices - expected).abs().max().item<float>(), 1e-6f) << one["surface"];
    }
}

TEST(VoxelSurfaces, OfNothingAreEmptyOrWithoutArea) {
    const Tensor nothing = at::zeros({3, 3, 3});
    EXPECT_TRUE(surface_net(nothing, 0.5).empty());
    EXPECT_EQ(cube_surface(nothing, 0.5).faces.size(0), 1);
}

TEST(VoxelSurfaces, OfOnePointAreACube) {
    const Tensor point = at::constant_pad_nd(at::ones({1, 1, 1}), {1, 1, 1, 1, 1, 1});
    EXPECT_EQ(cube_surface(point, 0.5).faces.size(0), 12);
    const Mesh net = surface_net(point, 0.5);
    EXPECT_EQ(net.vertices.size(0), 8);
    EXPECT_EQ(net.faces.size(0), 12);
}

}  // namespace
}  // namespace easel::inference
