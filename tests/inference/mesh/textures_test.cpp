#include "inference/mesh/textures.hpp"

#include "tests/support/inference/recorded.hpp"

namespace easel::inference {
namespace {

using testing::recorded;
using testing::to_tensor;

double most(const Tensor& difference) { return difference.abs().max().item<double>(); }

TEST(SurfaceMaps, ComeWithTheReferencesPlacesTangentsAndNormals) {
    const auto one = recorded("meshes.json")["maps"];
    Mesh mesh;
    mesh.vertices = to_tensor(one["vertices"], {-1, 3});
    mesh.faces = at::tensor(one["faces"].get<std::vector<int64_t>>(), at::kLong).view({-1, 3});
    mesh.uvs = to_tensor(one["uvs"], {-1, 2});
    const Mesh mapped = with_maps(mesh, {.color = to_tensor(one["color"], {6, 8, 3}),
                                         .metal = to_tensor(one["metal"], {4, 4, 3}),
                                         .roughness = {},
                                         .occlusion = to_tensor(one["occlusion"], {3, 5, 3}),
                                         .normals = at::ones({5, 5, 3})});
    EXPECT_LT(most(mapped.uvs - to_tensor(one["out_uvs"], {-1, 2})), 1e-6);
    EXPECT_LT(most(mapped.normals - to_tensor(one["normals"], {-1, 3})), 1e-5);
    EXPECT_LT(most(mapped.tangents - to_tensor(one["tangents"], {-1, 4})), 1e-5);
    EXPECT_LT(most(mapped.surface_map - to_tensor(one["surface"], one["surface_shape"].get<std::vector<int64_t>>())),
              1e-6);
    EXPECT_TRUE(mapped.has_occlusion);
}

}  // namespace
}  // namespace easel::inference
