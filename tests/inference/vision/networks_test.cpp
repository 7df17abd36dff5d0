// The networks that look at pictures, against what record_vision.py recorded of the reference's.
#include "inference/vision/birefnet/birefnet.hpp"
#include "inference/vision/depth_anything/depth_anything.hpp"
#include "inference/vision/frame_interpolation/film.hpp"
#include "inference/vision/frame_interpolation/rife.hpp"

#include "tests/support/inference/recorded_vision.hpp"

#include <string>
#include <vector>

namespace easel::inference {
namespace {

using testing::vision_tolerance;

TEST(BiRefNet, ComputesTheReferencesMask) {
    const testing::RecordedVision recorded("birefnet");
    EXPECT_LT(recorded.error("out", BiRefNet(recorded.weights())(recorded.picture())), vision_tolerance);
}

Tensor between(const FrameInterpolator& network, const Tensor& frames) {
    return network.between(network.look(frames.narrow(0, 0, 1)), network.look(frames.narrow(0, 1, 1)), {0.25, 0.5});
}

TEST(Film, DrawsTheReferencesFrames) {
    const testing::RecordedVision recorded("film");
    EXPECT_LT(recorded.error("out", between(Film(recorded.weights()), recorded.picture())), vision_tolerance);
}

TEST(Rife, DrawsTheReferencesFrames) {
    const testing::RecordedVision recorded("rife");
    EXPECT_LT(recorded.error("out", between(Rife(recorded.weights()), recorded.picture())), vision_tolerance);
}

TEST(DepthAnything, TellsDepthAndSkyOfAPicture) {
    const testing::RecordedVision recorded("depth_mono");
    const auto out = DepthAnything(recorded.weights())(recorded.normal("x", 1000), ReferenceView::first, false);
    EXPECT_LT(recorded.error("depth", out.seen.depth), vision_tolerance);
    EXPECT_LT(recorded.error("sky", out.seen.sky), vision_tolerance);
}

TEST(DepthAnything, TellsDepthAndCamerasOfAScene) {
    const testing::RecordedVision recorded("depth_scene");
    const auto out =
        DepthAnything(recorded.weights())(recorded.normal("x", 1000), ReferenceView::saddle_balanced, true);
    EXPECT_LT(recorded.error("depth", out.seen.depth), vision_tolerance);
    EXPECT_LT(recorded.error("confidence", out.seen.confidence), vision_tolerance);
    EXPECT_LT(recorded.error("rays", out.seen.rays.unsqueeze(0)), vision_tolerance);
    const Cameras cameras = cameras_of_poses(out.poses, 28, 42);
    EXPECT_LT(recorded.error("extrinsics", cameras.extrinsics.unsqueeze(0)), vision_tolerance);
    EXPECT_LT(recorded.error("intrinsics", cameras.intrinsics.unsqueeze(0)), vision_tolerance);
}

}  // namespace
}  // namespace easel::inference
