#include "inference/layers/rope.hpp"

#include "tests/support/inference/recorded.hpp"

namespace easel::inference {
namespace {

// Recorded from the reference: two tokens of three axes, a head of eight dimensions.
Rope table() { return rope_table(at::tensor({0.0f, 3.0f, 1.0f, 7.0f, 0.0f, 250.0f}).view({2, 3}), {2, 4, 2}, 10000.0); }

const Tensor x = at::arange(16, at::kFloat).view({1, 1, 2, 8}) * 0.25 - 1.0;
const Tensor turned =
    at::tensor({-1.0f, -0.75f, 0.53027624f, 0.17693812f, -0.0074988753f, 0.24988751f, -0.36095208f, 0.8259622f,
                -0.067331016f, 1.5993644f, 1.5f, 1.75f, 2.0f, 2.25f, 3.2714229f, -1.7636023f})
        .view({1, 1, 2, 8});

TEST(Rope, AnglesComeAxisByAxis) {
    const Tensor cos = at::tensor({1.0f, -0.9899925f, 0.99955004f, 0.5403023f, 0.75390226f, 1.0f, 1.0f, 0.2409883f});
    EXPECT_LT(testing::relative_error(table().cos.flatten(), cos), 1e-7);
}

TEST(Rope, TurnsPairs) { EXPECT_LT(testing::relative_error(rotate_pairs(x, table()), turned), 1e-7); }

TEST(Rope, TurnsViewsAndOtherTypesAlike) {
    const Tensor view = x.transpose(1, 2).contiguous().transpose(1, 2).expand({2, 3, 2, 8});
    EXPECT_LT(testing::relative_error(rotate_pairs(view, table()), turned.expand({2, 3, 2, 8})), 1e-7);
    EXPECT_LT(testing::relative_error(rotate_pairs(x.to(at::kDouble), table()), turned.to(at::kDouble)), 1e-6);
}

}  // namespace
}  // namespace easel::inference
