#include "inference/layers/half_products.hpp"

#include "inference/layers/conv.hpp"
#include "inference/layers/half_attention.hpp"
#include "inference/layers/linear.hpp"
#include <gtest/gtest.h>

#include <limits>

namespace easel::inference {
namespace {

// The length of the difference relative to that of what is expected.
double relative_error(const Tensor& actual, const Tensor& expected) {
    const Tensor wanted = expected.to(at::kDouble);
    return ((actual.to(at::kDouble) - wanted).norm() / wanted.norm()).item<double>();
}

// Operands have 11 bits, and so have sums of 64 products: about a thousandth.
constexpr double tolerance = 2.5e-3;

class HalfProducts : public ::testing::Test {
protected:
    void SetUp() override {
        if (!has_half_products()) GTEST_SKIP() << "this processor has no float16 products";
        at::manual_seed(7);
    }
};

Tensor product(const Tensor& x, const Tensor& weight, const Tensor& bias = {}) {
    return half_linear(x, pack_half(weight), bias, weight.size(0));
}

TEST_F(HalfProducts, LinearIsTheOrdinaryOneAtEverySize) {
    for (const int64_t rows : {1, 3, 12, 13, 200})
        for (const int64_t in : {32, 40, 129, 1500})
            for (const int64_t out : {32, 64, 65, 200}) {
                const Tensor x = at::randn({rows, in}), weight = at::randn({out, in}), bias = at::randn({out});
                EXPECT_LT(relative_error(product(x, weight, bias), at::linear(x, weight, bias)), tolerance)
                    << rows << " x " << in << " x " << out;
            }
}

TEST_F(HalfProducts, LinearKeepsTheOtherDimensions) {
    const Tensor x = at::randn({2, 5, 48}).transpose(0, 1), weight = at::randn({96, 48}, at::kHalf);
    const Tensor result = product(x, weight);
    EXPECT_EQ(result.sizes(), at::IntArrayRef({5, 2, 96}));
    EXPECT_LT(relative_error(result, at::linear(x, weight.to(at::kFloat))), tolerance);
}

TEST_F(HalfProducts, NothingOverflowsOrVanishes) {
    const Tensor x = at::randn({8, 640}), weight = at::randn({64, 640});
    const Tensor expected = at::linear(x, weight);
    for (const double large : {1e6, 1e-6, 1e12})
        for (const double small : {1e6, 1e-7}) {
            const Tensor result = product(x * large, weight * small) / large / small;
            EXPECT_LT(relative_error(result, expected), tolerance) << large << ", " << small;
        }
    EXPECT_EQ(product(at::zeros({2, 64}), at::zeros({64, 64})).abs().max().item<float>(), 0.0F);
}

TEST_F(HalfProducts, WhatIsNotANumberStaysNone) {
    Tensor x = at::ones({2, 64});
    x[0][5] = std::numeric_limits<float>::quiet_NaN();
    const Tensor result = product(x, at::ones({64, 64}));
    EXPECT_TRUE(result[0].isnan().all().item<bool>());
    EXPECT_FALSE(result[1].isnan().any().item<bool>());
}

TEST_F(HalfProducts, ConvolutionIsTheOrdinaryOne) {
    struct Case {
        int64_t kernel, stride, padding;
    };
    for (const auto& [kernel, stride, padding] : {Case{3, 1, 1}, Case{3, 2, 1}, Case{3, 2, 0}, Case{1, 1, 0}, Case{5, 1, 2}})
        for (const int64_t side : {5, 16, 33}) {
            const Tensor x = at::randn({2, 20, side, side + 2}).contiguous(at::MemoryFormat::ChannelsLast);
            const Tensor weight = at::randn({40, 20, kernel, kernel}), bias = at::randn({40});
            const ConvShape shape{
                .out_channels = 40, .kernel_height = kernel, .kernel_width = kernel, .stride = stride, .padding = padding};
            const Tensor expected = at::conv2d(x, weight, bias, stride, padding);
            for (const Tensor& stored : {weight, weight.contiguous(at::MemoryFormat::ChannelsLast)})
                EXPECT_LT(relative_error(half_conv2d(x, pack_half(stored), bias, shape), expected), tolerance)
                    << kernel << "/" << stride << " at " << side;
        }
}

TEST_F(HalfProducts, LayersUseThemWhereTheTableAllowsIt) {
    const Tensor weight = at::randn({64, 96}, at::kHalf), x = at::randn({7, 96});
    const auto table = std::make_shared<WeightTable>(TensorMap{{"weight", weight}},
                                                     WeightTable::Settings{.pack = true, .half_products = true});
    const Linear layer{Weights(table)};
    const double error = relative_error(layer(x), at::linear(x, weight.to(at::kFloat)));
    EXPECT_GT(error, 1e-5);  // rounded
    EXPECT_LT(error, tolerance);
    EXPECT_LT(table->resident_bytes(), 64U * 96U * 2U + 64U);  // in half the bytes of float32
}

TEST_F(HalfProducts, AttentionIsTheOrdinaryOne) {
    struct Case {
        int64_t tokens, keys, dim;
    };
    for (const auto& [tokens, keys, dim] : {Case{70, 70, 40}, Case{130, 77, 64}, Case{64, 500, 96}, Case{3, 1, 17}}) {
        const Tensor q = at::randn({2, tokens, 3, dim}).transpose(1, 2), k = at::randn({2, 3, keys, dim}),
                     v = at::randn({2, keys, 3, dim}).transpose(1, 2);
        const Tensor result = half_attention(q, k, v);
        EXPECT_EQ(result.sizes(), q.sizes());
        EXPECT_LT(relative_error(result, at::scaled_dot_product_attention(q, k, v)), 2 * tolerance)
            << tokens << " x " << keys << " x " << dim;
    }
}

TEST(HalfAttention, IsAllowedWhereSomebodySaysSo) {
    EXPECT_FALSE(HalfAttention::is_allowed());
    {
        const HalfAttention outer(true);
        EXPECT_TRUE(HalfAttention::is_allowed());
        const HalfAttention inner(false);
        EXPECT_FALSE(HalfAttention::is_allowed());
    }
    EXPECT_FALSE(HalfAttention::is_allowed());
}

}  // namespace
}  // namespace easel::inference
