#include "inference/mesh/mesh.hpp"

#include "tests/support/inference/recorded_vision.hpp"

#include <limits>

namespace easel::inference {
namespace {

class GridMeshes : public ::testing::TestWithParam<std::pair<const char*, GridMesh>> {};

TEST_P(GridMeshes, AreTheReferences) {
    const auto& [name, settings] = GetParam();
    const auto expected = testing::recorded("vision.json")["surface"][name];
    Tensor points = random_normal({9, 11, 3}, 1000);
    points[2][3].fill_(std::numeric_limits<float>::infinity());
    const Mesh mesh = grid_mesh(points, random_normal({9, 11}, 1001) + 8.0, settings);
    const auto check = [&](const char* part, const Tensor& actual) {
        const auto rows = expected[part].get<std::vector<std::vector<double>>>();
        ASSERT_EQ(actual.size(0), std::ssize(rows)) << part;
        for (std::size_t i = 0; i < rows.size(); ++i)
            for (std::size_t j = 0; j < rows[i].size(); ++j)
                EXPECT_NEAR(actual[static_cast<int64_t>(i)][static_cast<int64_t>(j)].item<double>(), rows[i][j], 1e-6);
    };
    check("vertices", mesh.vertices);
    check("faces", mesh.faces);
    check("uvs", mesh.uvs);
}

INSTANTIATE_TEST_SUITE_P(Settings, GridMeshes,
                         ::testing::Values(std::pair{"whole", GridMesh{.step = 1, .discontinuity = 0}},
                                           std::pair{"thinned", GridMesh{.step = 2, .discontinuity = 0.45}}));

Mesh triangle() {
    return {.vertices = at::tensor({0.f, 0.f, 0.f, 1.f, 0.f, 0.f, 0.f, 1.f, 0.f}).view({3, 3}),
            .faces = at::tensor({0, 1, 2}, at::kLong).view({1, 3}),
            .uvs = {},
            .colors = {},
            .normals = {},
            .texture = {}};
}

TEST(Mesh, MergesWithWhatTheOthersLack) {
    Mesh colored = triangle();
    colored.colors = at::full({3, 4}, 0.25f);
    const Mesh both = merged({{triangle()}, {colored}});
    EXPECT_TRUE(at::equal(both.faces, at::tensor({0, 1, 2, 3, 4, 5}, at::kLong).view({2, 3})));
    EXPECT_TRUE(at::equal(both.colors, at::cat({at::ones({3, 4}), colored.colors})));
    EXPECT_FALSE(both.uvs.defined());
}

}  // namespace
}  // namespace easel::inference
