#include "inference/sampling/stream_flow.hpp"

#include "inference/sampling/noise.hpp"

#include <gtest/gtest.h>

namespace easel::inference {
namespace {

constexpr double shift = 12.0, sound_shift = 3.0;
const StreamShapes shapes{{1, 2, 3}, {1, 4}};

// What a network without errors says of a video and a sound, each at its own level.
TEST(StreamFlow, ComesToTheSoundTimesTheRatioOfTheShifts) {
    const auto flow = StreamFlow(shift, sound_shift, 1.0).bound_to(shapes);
    const Tensor picture = random_normal({1, 1, 10}, 1), noise = random_normal({1, 1, 10}, 2);
    for (const float sigma : {0.99F, 0.7F, 0.2F}) {
        const float sound_sigma = level_in_other_schedule(sigma, shift, sound_shift);
        const Tensor levels = at::cat({at::full({6}, sigma), at::full({4}, sound_sigma)});
        const Tensor own = (1.0 - levels) * picture + levels * noise;
        const Tensor held = own * (sigma / levels);
        EXPECT_TRUE(at::allclose(flow->network_input(held, sigma), own, 1e-5, 1e-6));
        const Tensor denoised = flow->denoised(noise - picture, held, sigma);
        EXPECT_TRUE(at::allclose(flow->released(denoised), picture, 1e-4, 1e-4));
        EXPECT_TRUE(at::allclose(flow->held(picture), denoised, 1e-4, 1e-4));
    }
}

TEST(StreamFlow, IsAPlainFlowWithoutSound) {
    const auto flow = StreamFlow(shift, sound_shift, 1.0).bound_to({});
    const Tensor x = random_normal({1, 1, 10}, 3);
    EXPECT_TRUE(at::equal(flow->network_input(x, 0.5F), x));
    EXPECT_TRUE(at::equal(flow->held(x), x));
}

}  // namespace
}  // namespace easel::inference
