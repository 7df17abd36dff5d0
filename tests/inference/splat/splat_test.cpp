// Splats moved, drawn and meshed against data/splats.json, which record_splats.py writes.
#include "inference/splat/splat.hpp"

#include "base/error.hpp"
#include "inference/sampling/noise.hpp"
#include "inference/splat/dots.hpp"
#include "inference/splat/render.hpp"
#include "inference/splat/splat_mesh.hpp"
#include "tests/support/inference/recorded.hpp"

#include <gtest/gtest.h>

#include <string>

namespace easel::inference {
namespace {

using testing::recorded;

constexpr int64_t count = 60;

Splat cloud() {
    return {.positions = random_normal({count, 3}, 1) * 0.3,
            .scales = (random_normal({count, 3}, 2) * 0.3 - 2.5).exp(),
            .rotations = random_normal({count, 4}, 3),
            .opacities = at::sigmoid(random_normal({count, 1}, 4) + 1),
            .harmonics = random_normal({count, 4, 3}, 5)};
}

// The largest difference of every so many values of `actual` from the recorded ones.
double difference(const Tensor& actual, const nlohmann::json& values, int64_t step = 1) {
    const Tensor expected = testing::to_tensor(values, {-1});
    const Tensor seen = actual.to(at::kFloat).flatten().slice(0, 0, std::nullopt, step);
    return seen.numel() == expected.numel() ? (seen - expected).abs().max().item<double>() : 1e30;
}

Camera camera_of(const nlohmann::json& info) {
    const auto numbers = [&](const char* name, const std::vector<const char*>& parts) {
        std::vector<double> values;
        for (const char* part : parts)
            values.push_back(info[name][part].get<double>());
        return at::tensor(values).to(at::kFloat);
    };
    return {.position = numbers("position", {"x", "y", "z"}),
            .target = numbers("target", {"x", "y", "z"}),
            .rotation = numbers("quaternion", {"w", "x", "y", "z"}),
            .fov = info["fov"],
            .zoom = info["zoom"],
            .is_orthographic = info["cameraType"] == "orthographic"};
}

TEST(Splats, MoveTurnAndScaleAsTheReferences) {
    for (const auto& expected : recorded("splats.json")["moved"]) {
        SplatPlacement placement;
        for (std::size_t axis = 0; axis < 3; ++axis) {
            placement.rotation[axis] = expected["rotation"][axis].get<double>();
            placement.scale[axis] = expected["scale"][axis].get<double>();
            placement.translation[axis] = expected["translation"][axis].get<double>();
        }
        const Splat moved = placed(cloud(), placement);
        EXPECT_LT(difference(moved.positions, expected["positions"]), 1e-5);
        EXPECT_LT(difference(moved.scales, expected["scales"]), 1e-5);
        // q and -q are one rotation.
        const Tensor rotations = testing::to_tensor(expected["rotations"], {count, 4});
        EXPECT_GT((moved.rotations * rotations).sum(-1).abs().min().item<double>(), 0.999);
    }
}

TEST(Splats, LookAsTheReferences) {
    for (const auto& expected : recorded("splats.json")["pictures"]) {
        const std::string style = expected["style"];
        const SplatPicture picture = rendered(cloud(), camera_of(expected["camera"]),
                                              {.width = 40,
                                               .height = 32,
                                               .splat_scale = 1.2,
                                               .sharpen = expected["sharpen"],
                                               .headlight = expected["headlight"],
                                               .style = style == "clay"     ? SplatStyle::clay
                                                        : style == "depth"  ? SplatStyle::depth
                                                        : style == "normal" ? SplatStyle::normal
                                                                            : SplatStyle::color,
                                               .background = at::tensor({0.1f, 0.2f, 0.4f})});
        EXPECT_LT(difference(picture.pixels, expected["pixels"], 7), 2e-3) << style;
        EXPECT_LT(difference(picture.coverage, expected["coverage"], 3), 1e-3) << style;
    }
}

TEST(Splats, BecomeTheReferencesSurfaces) {
    for (const auto& expected : recorded("splats.json")["surfaces"]) {
        const Mesh mesh = surface_of(cloud(),
                                     {.resolution = 32,
                                      .reach = 5,
                                      .smoothing = expected["smoothing"],
                                      .level = 0.6,
                                      .smallest_part = expected["smallest"],
                                      .least_opacity = 0.02,
                                      .color_sharpen = expected["sharpen"]},
                                     [](double) {});
        ASSERT_EQ(mesh.vertices.size(0), expected["vertex_count"].get<int64_t>());
        ASSERT_EQ(mesh.faces.size(0), expected["face_count"].get<int64_t>());
        EXPECT_LT(difference(mesh.vertices, expected["vertices"], 31), 1e-4);
        EXPECT_LT(difference(mesh.faces, expected["faces"], 31), 0.5);
        EXPECT_LT(difference(mesh.colors, expected["colors"], 31), 2e-3);
        EXPECT_TRUE(mesh.is_unlit);
    }
}

TEST(Splats, MergeWithZerosForHarmonicsThatOneLacks) {
    Splat plain = cloud();
    plain.harmonics = plain.harmonics.slice(1, 0, 1);
    const Splats both = merged(std::vector<Splats>{{cloud()}, {plain}});
    ASSERT_EQ(both.size(), 1U);
    EXPECT_EQ(both[0].harmonics.sizes().vec(), (std::vector<int64_t>{2 * count, 4, 3}));
    EXPECT_EQ(both[0].harmonics.slice(0, count).slice(1, 1).count_nonzero().item<int64_t>(), 0);
    EXPECT_THROW(merged(std::vector<Splats>{{cloud()}, {cloud(), cloud()}}), NamedError);
}

TEST(Splats, ShowTheBackgroundWhereNothingIsInFront) {
    const Camera away = looking_at(at::tensor({0.0f, 0.0f, 9.0f}), at::tensor({0.0f, 0.0f, 20.0f}));
    const SplatPicture picture =
        rendered(cloud(), away, {.width = 8, .height = 8, .background = at::tensor({0.5f, 0.25f, 1.0f})});
    EXPECT_TRUE(at::equal(picture.pixels[3][4], at::tensor({0.5f, 0.25f, 1.0f})));
    EXPECT_EQ(picture.coverage.count_nonzero().item<int64_t>(), 0);
}

TEST(Splats, ThatAreEmptyHaveNoSurface) {
    const Splat none = selected(cloud(), at::zeros({count}, at::kBool));
    EXPECT_TRUE(surface_of(none, {}, [](double) {}).empty());
}

}  // namespace
}  // namespace easel::inference
