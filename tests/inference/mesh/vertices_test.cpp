#include "inference/mesh/vertices.hpp"

#include <gtest/gtest.h>

#include <cmath>

namespace easel::inference {
namespace {

// Two triangles that share an edge along x and stand upright on each other: one lies in the plane z = 0, one in y = 0.
Mesh fold() {
    return {.vertices = at::tensor({0.f, 0.f, 0.f, 1.f, 0.f, 0.f, 0.f, 1.f, 0.f, 0.f, 0.f, 1.f}).view({4, 3}),
            .faces = at::tensor({0, 1, 2, 1, 0, 3}, at::kLong).view({2, 3}),
            .uvs = {},
            .colors = {},
            .normals = {},
            .texture = {}};
}

TEST(SmoothNormals, AreMeansOfTheFacesAround) {
    const Tensor normals = with_smooth_normals(fold()).normals;
    const float half = std::sqrt(0.5f);
    EXPECT_TRUE(at::allclose(normals[0], at::tensor({0.0f, half, half})));
    EXPECT_TRUE(at::allclose(normals[2], at::tensor({0.0f, 0.0f, 1.0f})));
    EXPECT_TRUE(at::allclose(normals[3], at::tensor({0.0f, 1.0f, 0.0f})));
}

TEST(CreasedNormals, DoubleTheVerticesOfASharpEdge) {
    const Mesh sharp = with_creased_normals(fold(), 60.0), round = with_creased_normals(fold(), 100.0);
    EXPECT_EQ(sharp.vertices.size(0), 6);
    EXPECT_TRUE(at::allclose(sharp.normals[0], at::tensor({0.0f, 0.0f, 1.0f})));
    EXPECT_EQ(round.vertices.size(0), 4);
}

TEST(Welding, JoinsVerticesThatCoincideAndMeansTheirColours) {
    Mesh mesh = with_creased_normals(fold(), 60.0);
    mesh.colors = at::arange(18, at::kFloat).view({6, 3}) / 18.0;
    const Mesh one = welded(mesh, {});
    EXPECT_EQ(one.vertices.size(0), 4);
    EXPECT_FALSE(one.normals.defined());
    const Tensor corners = one.vertices.index_select(0, one.faces.flatten());
    EXPECT_TRUE(at::equal(corners, mesh.vertices.index_select(0, mesh.faces.flatten())));
    EXPECT_NEAR(one.colors.sum().item<double>() / 4.0, one.colors.mean(0).sum().item<double>(), 1e-6);
}

}  // namespace
}  // namespace easel::inference
