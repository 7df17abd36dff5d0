// MoGe, SDPose and SeedVR2, against what record_vision.py recorded of the reference's.
#include "inference/models/seedvr/transformer.hpp"
#include "inference/vae/seedvr/seedvr.hpp"
#include "inference/vision/moge/fit.hpp"
#include "inference/vision/moge/network.hpp"
#include "inference/vision/sdpose/heatmap_head.hpp"

#include "tests/support/inference/recorded_vision.hpp"

namespace easel::inference {
namespace {

using testing::vision_tolerance;

class MogeVersions : public ::testing::TestWithParam<const char*> {};

TEST_P(MogeVersions, TellThePointsOfAPicture) {
    const testing::RecordedVision recorded(GetParam());
    const auto told = (*moge::make_network(recorded.weights()))(recorded.picture(), 20);
    EXPECT_LT(recorded.error("points", told.points), vision_tolerance);
    EXPECT_LT(recorded.error("mask", told.mask), vision_tolerance);
    if (told.normals.defined()) {
        EXPECT_LT(recorded.error("normals", told.normals), vision_tolerance);
        EXPECT_NEAR(told.scale.item<float>() / recorded["scale"]["values"][0].get<float>(), 1.0, vision_tolerance);
    }
}

INSTANTIATE_TEST_SUITE_P(Versions, MogeVersions, ::testing::Values("moge1", "moge2"));

TEST(MogeFit, FindsTheReferencesCamera) {
    const testing::RecordedVision recorded("camera");
    const Tensor depth = random_normal({48, 64}, 1000) * 0.3 + 2.0;
    const Tensor plane = moge::places(48, 64, 64.0 / 48.0, at::kFloat)[0].permute({1, 2, 0});
    const Tensor points = at::cat({plane * depth.unsqueeze(-1) / 0.9, depth.unsqueeze(-1) - 0.5}, -1);
    const Tensor mask = random_normal({48, 64}, 1001) > -1;
    const moge::Camera found = moge::fit_camera(points, mask, std::nullopt);
    EXPECT_NEAR(found.focal, recorded["camera"][0].get<double>(), 1e-4);
    EXPECT_NEAR(found.shift, recorded["camera"][1].get<double>(), 1e-4);
    EXPECT_NEAR(moge::fit_camera(points, mask, 0.8).shift, recorded["camera"][2].get<double>(), 1e-4);
}

TEST(HeatmapHead, FindsTheReferencesPoints) {
    const testing::RecordedVision recorded("pose");
    const Tensor maps = HeatmapHead(recorded.weights())(recorded.normal("x", 1000));
    EXPECT_LT(recorded.error("maps", maps), vision_tolerance);
    const KeyPoints points = peaks_of(maps[0]);
    for (std::size_t i = 0; i < points.size(); ++i) {
        EXPECT_NEAR(points[i].x, recorded["points"][i][0].get<float>(), 1e-2f);
        EXPECT_NEAR(points[i].y, recorded["points"][i][1].get<float>(), 1e-2f);
        EXPECT_NEAR(points[i].score, recorded["scores"][i].get<float>(), 1e-4f);
    }
}

TEST(Seedvr, RestoresALatent) {
    const testing::RecordedVision recorded("seedvr");
    NetworkInput input;
    input.x = recorded.normal("x", 1000);
    input.extra["condition"] = recorded.normal("condition", 1001);
    input.context = recorded.normal("text", 1002);
    input.timestep = at::tensor({700.0f});
    EXPECT_LT(recorded.error("out", seedvr::Transformer(recorded.weights()).predict(input)), vision_tolerance);
}

TEST(AutoencoderSeedvr, WorksInPiecesAndTiles) {
    const testing::RecordedVision recorded("seedvr_vae");
    const AutoencoderSeedvr vae(recorded.weights());
    const Tensor x = recorded.picture() * 2.0 - 1.0, z = recorded.normal("z", 1001);
    EXPECT_LT(recorded.error("encoded", vae.encode(x)), vision_tolerance);
    EXPECT_LT(recorded.error("decoded", vae.decode(z)), vision_tolerance);
    const Tiling tiling{.tile_width = 32, .tile_height = 32, .overlap = 16};
    EXPECT_LT(recorded.error("encoded_in_tiles", vae.encode_tiled(x.slice(2, 0, 1), tiling)), vision_tolerance);
    EXPECT_LT(recorded.error("decoded_in_tiles", vae.decode_tiled(z.slice(2, 0, 1), tiling)), vision_tolerance);
}

}  // namespace
}  // namespace easel::inference
