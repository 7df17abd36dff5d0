#include "inference/mesh/holes.hpp"

#include "tests/support/inference/recorded.hpp"

namespace easel::inference {
namespace {

using testing::recorded;
using testing::to_tensor;

Tensor rows(const nlohmann::json& values) { return values.empty() ? Tensor() : to_tensor(values, {-1, 3}); }

Tensor triangles(const nlohmann::json& corners) {
    return at::tensor(corners.get<std::vector<int64_t>>(), at::kLong).view({-1, 3});
}

TEST(Holes, AreFilledAsInTheReference) {
    for (const auto& one : recorded("meshes.json")["holes"]) {
        Mesh mesh;
        mesh.vertices = rows(one["vertices"]);
        mesh.faces = triangles(one["faces"]);
        mesh.colors = rows(one["colors"]);
        const Mesh filled = with_filled_holes(mesh, {.longest_rim = one["rim"],
                                                     .most_corners = one["corners"],
                                                     .fills_chains = one["chains"],
                                                     .weld_share = one["weld"]});
        const Tensor expected = rows(one["out"]);
        ASSERT_EQ(filled.vertices.sizes(), expected.sizes()) << one["rim"];
        EXPECT_LT((filled.vertices - expected).abs().max().item<float>(), 1e-6f) << one["rim"];
        EXPECT_TRUE(at::equal(filled.faces, triangles(one["out_faces"]))) << one["rim"];
        if (mesh.colors.defined()) {
            EXPECT_TRUE(at::allclose(filled.colors, rows(one["out_colors"]), 1e-5, 1e-6)) << one["rim"];
        }
    }
}

TEST(Holes, StayWhereNoRimIsShortEnough) {
    const auto one = recorded("meshes.json")["holes"][0];
    Mesh mesh;
    mesh.vertices = rows(one["vertices"]);
    mesh.faces = triangles(one["faces"]);
    EXPECT_TRUE(at::equal(with_filled_holes(mesh, {.longest_rim = 0.0}).faces, mesh.faces));
}

}  // namespace
}  // namespace easel::inference
