#include "inference/layers/fused_norm.hpp"

#include <gtest/gtest.h>

#include <cmath>
#include <limits>

namespace easel::inference {
namespace {

// The length of the difference relative to that of what is expected.
double relative_error(const Tensor& actual, const Tensor& expected) {
    const Tensor wanted = expected.to(at::kDouble);
    return ((actual.to(at::kDouble) - wanted).norm() / wanted.norm()).item<double>();
}

Tensor channels_last(at::IntArrayRef shape, at::ScalarType type = at::kFloat) {
    const Tensor x = at::randn(shape) * 3.0 + 2.0;
    return x.to(type).contiguous(shape.size() == 5 ? at::MemoryFormat::ChannelsLast3d : at::MemoryFormat::ChannelsLast);
}

class FusedNorm : public ::testing::Test {
protected:
    void SetUp() override {
        if (!runs_fused_norm(channels_last({1, 4, 2, 2}))) GTEST_SKIP() << "this processor has no AVX-512";
    }
};

TEST_F(FusedNorm, GroupsAreThoseOfTheOrdinaryOne) {
    for (const auto type : {at::kFloat, at::kBFloat16})
        for (const int64_t channels : {32, 96, 320})
            for (const int64_t side : {1, 7, 20}) {
                const Tensor x = channels_last({2, channels, side, side + 1}, type);
                const Tensor weight = at::randn({channels}).to(type), bias = at::randn({channels}).to(type);
                const Tensor expected = at::group_norm(x.to(at::kDouble), 32, weight.to(at::kDouble),
                                                       bias.to(at::kDouble), 1e-6);
                const double tolerance = type == at::kFloat ? 5e-6 : 5e-3;
                const auto fused = [&](Activation activation) {
                    return fused_group_norm(x, 32, weight, bias, 1e-6, activation).to(at::kDouble);
                };
                EXPECT_LT(relative_error(fused(Activation::none), expected), tolerance);
                EXPECT_LT(relative_error(fused(Activation::silu), at::silu(expected)), tolerance);
            }
}

TEST_F(FusedNorm, ChannelsHaveTheLengthThatTheScaleSays) {
    const Tensor x = channels_last({1, 48, 3, 5, 4}), weight = at::randn({48});
    const Tensor length = at::linalg_vector_norm(x, 2, {1}, true);
    const Tensor expected = x / length * std::sqrt(48.0) * weight.view({1, -1, 1, 1, 1});
    EXPECT_LT(relative_error(fused_channel_norm(x, weight, Activation::none), expected), 1e-6);
    EXPECT_LT(relative_error(fused_channel_norm(x, weight, Activation::silu), at::silu(expected)), 1e-6);
}

TEST_F(FusedNorm, OnlyDenseRowsOfChannelsAreTaken) {
    EXPECT_FALSE(runs_fused_norm(at::randn({1, 8, 4, 4})));
    EXPECT_FALSE(runs_fused_norm(channels_last({1, 8, 4, 4}).narrow(1, 0, 4)));
    EXPECT_FALSE(runs_fused_norm(channels_last({1, 8, 4, 4}).to(at::kDouble)));
}

TEST_F(FusedNorm, WhatIsNotANumberStaysNone) {
    Tensor x = channels_last({1, 32, 4, 4});
    x[0][0][0][0] = std::numeric_limits<float>::quiet_NaN();
    EXPECT_TRUE(fused_group_norm(x, 32, {}, {}, 1e-6, Activation::silu)[0][0].isnan().all().item<bool>());
}

TEST_F(FusedNorm, GatesAreGeluOfAnyNumber) {
    const Tensor gates = at::tensor({-1e30F, -90.0F, -9.0F, -1.0F, -1e-20F, 0.0F, 0.3F, 5.0F, 90.0F, 1e30F});
    const Tensor result = gated_gelu(at::cat({at::ones_like(gates), gates}).unsqueeze(0)).squeeze(0);
    EXPECT_TRUE(at::allclose(result, at::gelu(gates), 1e-6, 2e-6));
}

}  // namespace
}  // namespace easel::inference
