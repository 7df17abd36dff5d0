#include "inference/vision/moge/panorama.hpp"

#include "tests/support/inference/recorded_vision.hpp"

namespace easel::inference {
namespace {

using testing::vision_tolerance;

TEST(Panorama, IsSeenThroughTheReferencesWindows) {
    const testing::RecordedVision recorded("panorama");
    const Tensor panorama = at::rand({3, 16, 32}, at::make_generator<at::CPUGeneratorImpl>(1000), at::kFloat);
    EXPECT_LT(recorded.error("views", moge::panorama_views(panorama, 8)), vision_tolerance);
}

TEST(Panorama, IsJoinedOfViewsThatDisagree) {
    const testing::RecordedVision recorded("panorama");
    const Tensor distances = random_normal({12, 24, 24}, 1000).abs() + 1.0;
    const Tensor masks = random_normal({12, 24, 24}, 1001) > -1.5;
    int64_t steps = 0;
    const auto count = [&](int64_t step) { steps += step; };
    const auto small = moge::joined_views(distances, masks, 40, 80, count);
    EXPECT_LT(recorded.error("small", small.distance), vision_tolerance);
    EXPECT_EQ(small.mask.sum().item<int64_t>(), recorded["small_covered"].get<int64_t>());
    EXPECT_EQ(steps, 12 + 1);
    // The finer level starts from the coarser one.
    const auto large = moge::joined_views(distances, masks, 150, 300, count);
    EXPECT_LT(recorded.error("large", large.distance), 1e-3);
    EXPECT_EQ(large.mask.sum().item<int64_t>(), recorded["large_covered"].get<int64_t>());
    EXPECT_EQ(steps, 12 + 1 + 12 + 1 + 12 + 4);
}

}  // namespace
}  // namespace easel::inference
