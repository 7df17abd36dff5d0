#include "inference/mesh/atlas.hpp"

#include "tests/support/inference/recorded.hpp"

namespace easel::inference {
namespace {

using testing::recorded;
using testing::to_tensor;

TEST(AtlasPicture, HasTheReferencesColoursAndOutlines) {
    const auto one = recorded("meshes.json")["atlas"];
    Mesh mesh;
    mesh.uvs = to_tensor(one["uvs"], {-1, 2});
    mesh.faces = at::tensor(one["faces"].get<std::vector<int64_t>>(), at::kLong).view({-1, 3});
    mesh.vertices = at::zeros({mesh.uvs.size(0), 3});
    const Tensor difference = atlas_picture(mesh, 30) - to_tensor(one["picture"], {30, 30, 3});
    EXPECT_LT(difference.abs().max().item<float>(), 1e-4f);
}

}  // namespace
}  // namespace easel::inference
