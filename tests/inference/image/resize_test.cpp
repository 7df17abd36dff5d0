#include "inference/image/resize.hpp"

#include "base/error.hpp"
#include "tests/support/inference/recorded.hpp"

namespace easel::inference {
namespace {

using testing::recorded;
using testing::to_tensor;

TEST(Resize, GivesTheReferencesValuesInEveryMethod) {
    for (const auto& one : recorded("resize.json")["resizes"]) {
        const Tensor in = to_tensor(one["in"], one["in_shape"].get<std::vector<int64_t>>());
        const Tensor expected = to_tensor(one["out"], one["out_shape"].get<std::vector<int64_t>>());
        const Crop crop = one["crop"] == "center" ? Crop::center : Crop::none;
        const std::string method = one["method"];
        const Tensor out = resize(in, one["width"], one["height"], method, crop);
        ASSERT_EQ(out.sizes(), expected.sizes()) << method;
        // Lanczos goes through bytes and must not be off by one of them.
        EXPECT_LT((out - expected).abs().max().item<float>(), method == "lanczos" ? 1e-6f : 5e-6f)
            << method << " " << one["in_shape"] << " to " << one["out_shape"];
    }
}

TEST(Resize, TakesFramesOneByOne) {
    const Tensor video = at::rand({2, 3, 4, 6, 5});
    const Tensor out = resize(video, 10, 12, "bilinear");
    ASSERT_EQ(out.sizes(), (std::vector<int64_t>{2, 3, 4, 12, 10}));
    EXPECT_TRUE(at::equal(out.select(2, 1), resize(video.select(2, 1), 10, 12, "bilinear")));
}

TEST(Resize, KeepsOneChannelThroughLanczos) {
    EXPECT_EQ(resize(at::rand({1, 1, 4, 4}), 8, 8, "lanczos").sizes(), (std::vector<int64_t>{1, 1, 8, 8}));
}

TEST(Resize, UnknownMethodIsTheUsersError) { EXPECT_THROW(resize(at::rand({1, 3, 4, 4}), 8, 8, "magic"), UserError); }

TEST(ReshapeMask, GivesTheReferencesMasks) {
    for (const auto& one : recorded("resize.json")["masks"]) {
        const auto to = one["to"].get<std::vector<int64_t>>();
        const Tensor out = reshape_mask(to_tensor(one["in"], one["in_shape"].get<std::vector<int64_t>>()), to);
        EXPECT_TRUE(at::allclose(out, to_tensor(one["out"], to), 1e-5, 1e-6)) << one["in_shape"];
    }
}

TEST(RepeatToBatch, RepeatsOrCutsTheBatch) {
    const Tensor two = at::tensor({1.0f, 2.0f}).reshape({2, 1});
    EXPECT_TRUE(at::equal(repeat_to_batch(two, 3).flatten(), at::tensor({1.0f, 2.0f, 1.0f})));
    EXPECT_TRUE(at::equal(repeat_to_batch(two, 1).flatten(), at::tensor({1.0f})));
}

}  // namespace
}  // namespace easel::inference
