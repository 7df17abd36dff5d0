#include "inference/layers/panel_products.hpp"

#include "inference/layers/conv.hpp"
#include "inference/layers/half_attention.hpp"
#include "inference/layers/linear.hpp"
#include "inference/layers/products.hpp"
#include "inference/layers/winograd.hpp"
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
        if (!has_panel_products(at::kHalf)) GTEST_SKIP() << "this processor has no float16 products";
        at::manual_seed(7);
    }
};

Tensor product(const Tensor& x, const Tensor& weight, const Tensor& bias = {}) {
    return panel_linear(x, pack_panels(weight, PanelKind::half), PanelKind::half, bias, weight.size(0));
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
    for (const auto& [kernel, stride, padding] :
         {Case{3, 1, 1}, Case{3, 2, 1}, Case{3, 2, 0}, Case{1, 1, 0}, Case{5, 1, 2}})
        for (const int64_t side : {5, 16, 33}) {
            const Tensor x = at::randn({2, 20, side, side + 2}).contiguous(at::MemoryFormat::ChannelsLast);
            const Tensor weight = at::randn({40, 20, kernel, kernel}), bias = at::randn({40});
            const ConvShape shape{.out_channels = 40,
                                  .kernel_height = kernel,
                                  .kernel_width = kernel,
                                  .stride = stride,
                                  .padding = padding};
            const Tensor expected = at::conv2d(x, weight, bias, stride, padding);
            for (const Tensor& stored : {weight, weight.contiguous(at::MemoryFormat::ChannelsLast)})
                EXPECT_LT(
                    relative_error(panel_conv2d(x, pack_panels(stored, PanelKind::half), PanelKind::half, bias, shape),
                                   expected),
                    tolerance)
                    << kernel << "/" << stride << " at " << side;
        }
}

TEST(Winograd, IsTheOrdinaryConvolution) {
    struct Case {
        PanelKind kind;
        double tolerance;
    };
    for (const auto& [kind, most] : {Case{PanelKind::single, 2e-6}, Case{PanelKind::half, 2 * tolerance}}) {
        if (!has_panel_products(kind == PanelKind::half ? at::kHalf : at::kFloat)) continue;
        for (const auto& [height, width] : {std::pair{8, 8}, std::pair{5, 7}, std::pair{33, 34}, std::pair{1, 2}})
            for (const auto& [in, out] : {std::pair{32, 40}, std::pair{50, 130}, std::pair{700, 64}}) {
                const Tensor x = at::randn({2, in, height, width}).contiguous(at::MemoryFormat::ChannelsLast);
                const Tensor weight = at::randn({out, in, 3, 3}), bias = at::randn({out});
                const Tensor expected = at::conv2d(x, weight, bias, 1, 1);
                const Tensor actual =
                    winograd_conv2d(x, pack_winograd(weight, kind), kind, bias, {.out_channels = out});
                EXPECT_LT(relative_error(actual, expected), most)
                    << in << " to " << out << " at " << height << "x" << width;
                const Tensor twice = at::upsample_nearest2d(x, {2 * height, 2 * width});
                const Tensor plus = at::randn({2, out, 2 * height, 2 * width});
                const Tensor summed = winograd_conv2d(x, pack_winograd(weight, kind), kind, bias,
                                                      {.out_channels = out, .doubles = true, .plus = plus});
                EXPECT_LT(relative_error(summed - plus, at::conv2d(twice, weight, bias, 1, 1)), most)
                    << "doubled, " << in << " to " << out << " at " << height << "x" << width;
            }
    }
}

TEST(SinglePanels, AreTheOrdinaryProducts) {
    if (!has_panel_products(at::kFloat)) GTEST_SKIP() << "this processor has no AVX-512";
    constexpr double exact = 2e-6;
    for (const int64_t rows : {1, 13, 200})
        for (const int64_t in : {32, 129, 1500}) {
            const Tensor x = at::randn({rows, in}), weight = at::randn({65, in}), bias = at::randn({65});
            const Tensor actual = panel_linear(x, pack_panels(weight, PanelKind::single), PanelKind::single, bias, 65);
            EXPECT_LT(relative_error(actual, at::linear(x, weight, bias)), exact) << rows << " x " << in;
        }
    const Tensor x = at::randn({2, 40, 9, 11}).contiguous(at::MemoryFormat::ChannelsLast);
    const Tensor weight = at::randn({48, 40, 3, 3}).to(at::kHalf), bias = at::randn({48});
    const ConvShape shape{.out_channels = 48, .kernel_height = 3, .kernel_width = 3, .stride = 2, .padding = 1};
    const Tensor actual = panel_conv2d(x, pack_panels(weight, PanelKind::single), PanelKind::single, bias, shape);
    EXPECT_LT(relative_error(actual, at::conv2d(x, weight.to(at::kFloat), bias, 2, 1)), exact);
}

TEST(SinglePanels, KeepShortWeightsAsTheyAre) {
    if (!has_panel_products(at::kFloat)) GTEST_SKIP() << "this processor has no AVX-512";
    constexpr double exact = 2e-6;
    struct Case {
        at::ScalarType type;
        PanelKind kind;
    };
    for (const auto& [type, kind] :
         {Case{at::kHalf, PanelKind::single_of_half}, Case{at::kBFloat16, PanelKind::single_of_bfloat16}}) {
        const Tensor weight = at::randn({70, 129}).to(type), bias = at::randn({70}), x = at::randn({13, 129});
        const Tensor expected = at::linear(x, weight.to(at::kFloat), bias), packed = pack_panels(weight, kind);
        EXPECT_EQ(packed.nbytes(), 3U * 32U * 129U * 2U);
        EXPECT_LT(relative_error(panel_linear(x, packed, kind, bias, 70), expected), exact) << type;
        EXPECT_LT(relative_error(panel_linear(x, pack_panels(weight, PanelKind::single), PanelKind::single, bias, 70),
                                 expected),
                  exact);
        EXPECT_LT(relative_error(passing_linear(x, weight, bias), expected), exact) << type;
        const Tensor kernels = at::randn({48, 40, 3, 3}).to(type), picture = at::randn({2, 40, 9, 11});
        const ConvShape shape{.out_channels = 48, .kernel_height = 3, .kernel_width = 3, .stride = 2, .padding = 1};
        const Tensor convolved = panel_conv2d(picture, pack_panels(kernels, kind), kind, Tensor(), shape);
        EXPECT_LT(relative_error(convolved, at::conv2d(picture, kernels.to(at::kFloat), Tensor(), 2, 1)), exact);
        const Tensor same = winograd_conv2d(picture, pack_winograd(kernels, PanelKind::single), PanelKind::single,
                                            Tensor(), {.out_channels = 48});
        EXPECT_LT(relative_error(same, at::conv2d(picture, kernels.to(at::kFloat), Tensor(), 1, 1)), exact);
    }
}

TEST(SinglePanels, OfShortWeightsTakeNoMoreThanTheFile) {
    if (!has_fast_single_panels()) GTEST_SKIP() << "this processor is faster through oneDNN";
    const Tensor x = at::randn({40, 96});
    for (const auto type : {at::kHalf, at::kBFloat16})
        for (const bool packs : {true, false}) {
            const Tensor weight = at::randn({64, 96}).to(type);
            const auto table =
                std::make_shared<WeightTable>(TensorMap{{"weight", weight}}, WeightTable::Settings{.pack = packs});
            const Linear layer{Weights(table)};
            EXPECT_LT(relative_error(layer(x), at::linear(x, weight.to(at::kFloat))), 2e-6);
            EXPECT_EQ(table->resident_bytes(), packs ? 64U * 96U * 2U : 0U);
        }
}

TEST(SinglePanels, FollowPatchesOfShortWeights) {
    const Tensor weight = at::randn({64, 96}, at::kHalf), x = at::randn({40, 96});
    class Doubled final : public Patch {
    public:
        Tensor apply(Tensor stored, double) const override { return stored.mul_(2.0); }
    };
    for (const bool packs : {true, false}) {
        const auto table =
            std::make_shared<WeightTable>(TensorMap{{"weight", weight}}, WeightTable::Settings{.pack = packs});
        const Linear layer{Weights(table)};
        const Tensor plain = layer(x);
        table->use(PatchSet::with(nullptr, {{"weight", {std::make_shared<const Doubled>(), 1.0}}}));
        EXPECT_LT(relative_error(layer(x), 2.0 * plain), 2e-6);
        table->use(nullptr);
        EXPECT_LT(relative_error(layer(x), plain), 2e-6);
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
