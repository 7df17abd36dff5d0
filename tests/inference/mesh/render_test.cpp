#include "inference/mesh/render.hpp"

#include "inference/mesh/textures.hpp"
#include "tests/support/inference/recorded.hpp"

#include <cmath>
#include <map>
#include <numbers>

namespace easel::inference {
namespace {

using testing::recorded;
using testing::to_tensor;

Mesh painted_sheet(const nlohmann::json& data) {
    const auto& one = data["maps"];
    Mesh mesh;
    mesh.vertices = to_tensor(one["vertices"], {-1, 3});
    mesh.faces = at::tensor(one["faces"].get<std::vector<int64_t>>(), at::kLong).view({-1, 3});
    mesh.uvs = to_tensor(one["out_uvs"], {-1, 2});
    mesh.normals = to_tensor(one["normals"], {-1, 3});
    mesh.texture = to_tensor(one["color"], {6, 8, 3});
    mesh.colors = to_tensor(data["colors"], {-1, 3});
    return mesh;
}

TEST(RenderedMesh, LooksAsInTheReference) {
    const auto data = recorded("meshes.json");
    const std::map<std::string, Look> looks{{"texture", Look::texture},
                                            {"vertex colors", Look::colors},
                                            {"solid", Look::solid},
                                            {"normal", Look::normals},
                                            {"depth", Look::depth}};
    for (const auto& view : data["views"]) {
        Mesh mesh = painted_sheet(data);
        if (view["placed"].get<bool>())
            mesh = placed(
                mesh,
                {.scale = {1.1, 0.9, 1.3}, .position = {-0.1, 0.0, 0.2}, .rotation = {0.1, 0.2, -0.15, 0.9624188277}});
        constexpr double half = 35.0 * std::numbers::pi / 360.0, zoom = 1.2;
        const Camera camera = view["camera"].get<bool>()
                                  ? Camera::looking_at(at::tensor({1.4f, -0.6f, 1.1f}), at::tensor({0.4f, 0.5f, 0.0f}),
                                                       2.0 * std::atan(std::tan(half) / zoom))
                                  : Camera::in_front_of(mesh);
        const Rendering seen = rendered(mesh, camera, looks.at(view["mode"].get<std::string>()), 24, 16);
        const Tensor expected = to_tensor(view["picture"], {16, 24, 3}), mask = to_tensor(view["mask"], {16, 24});
        EXPECT_TRUE(at::equal(seen.is_hit.to(at::kFloat), mask)) << view["mode"];
        EXPECT_LT((seen.picture * seen.is_hit.unsqueeze(2) - expected).abs().max().item<float>(), 1e-4f)
            << view["mode"];
    }
}

TEST(RenderedMesh, BehindTheCameraIsNotSeen) {
    const Mesh mesh = painted_sheet(recorded("meshes.json"));
    const Camera away = Camera::looking_at(at::tensor({0.5f, 0.5f, 3.0f}), at::tensor({0.5f, 0.5f, 9.0f}), 0.7);
    EXPECT_FALSE(rendered(mesh, away, Look::solid, 8, 8).is_hit.any().item<bool>());
}

}  // namespace
}  // namespace easel::inference
