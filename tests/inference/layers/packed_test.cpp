#include "inference/layers/conv.hpp"
#include "inference/layers/linear.hpp"
#include "inference/layers/packed.hpp"
#include "inference/layers/products.hpp"
#include "tests/support/inference/recorded.hpp"

namespace easel::inference {
namespace {

class AddOne final : public Patch {
public:
    Tensor apply(Tensor weight, double strength) const override { return weight.add_(strength); }
};

Weights packed_weights(const TensorMap& tensors) {
    return Weights(std::make_shared<WeightTable>(tensors, WeightTable::Settings{.pack = true}));
}

std::vector<at::ScalarType> types() {
    return has_bfloat16_products() ? std::vector{at::kFloat, at::kBFloat16} : std::vector{at::kFloat};
}

// Sums in another order than at::linear's and at::conv2d's: the last bits may differ.
double tolerance(at::ScalarType type) { return type == at::kFloat ? 2e-6 : 2e-2; }

TEST(Packed, LinearIsTheOrdinaryOne) {
    const Tensor weight = at::randn({24, 40}), bias = at::randn({24}), x = at::randn({2, 7, 40});
    for (const auto type : types()) {
        const Linear layer(packed_weights({{"weight", weight}, {"bias", bias}}));
        ASSERT_TRUE(runs_packed(layer.weight, x.to(type)));
        const Tensor expected = at::linear(x.to(type), weight.to(type), bias.to(type));
        EXPECT_LT(testing::relative_error(layer(x.to(type)), expected), tolerance(type));
        EXPECT_EQ(layer(x.to(type)).scalar_type(), type);
    }
}

TEST(Packed, ConvolutionIsTheOrdinaryOneAtEverySize) {
    const Tensor weight = at::randn({24, 16, 3, 3}), bias = at::randn({24});
    for (const auto type : types()) {
        const Conv2d same(packed_weights({{"weight", weight}, {"bias", bias}}));
        const Conv2d halving(packed_weights({{"weight", weight}}), 2, 1);
        for (const int64_t size : {8, 5, 1, 33}) {
            const Tensor x = at::randn({2, 16, size, size + 1}).to(type).contiguous(at::MemoryFormat::ChannelsLast);
            const Tensor expected = at::conv2d(x, weight.to(type), bias.to(type), 1, 1);
            EXPECT_LT(testing::relative_error(same(x), expected), tolerance(type)) << size;
            const Tensor halved = at::conv2d(x, weight.to(type), Tensor(), 2, 1);
            EXPECT_LT(testing::relative_error(halving(x), halved), tolerance(type)) << size;
        }
    }
}

TEST(Packed, ConvolutionsOfDoubledPicturesAndSumsAreTheOrdinaryOnes) {
    for (const int64_t channels : {16, 48})  // few through oneDNN, many through panels
        for (const bool packs : {true, false}) {
            const TensorMap tensors{{"weight", at::randn({channels, channels, 3, 3})}, {"bias", at::randn({channels})}};
            const Conv2d layer(Weights(std::make_shared<WeightTable>(tensors, WeightTable::Settings{.pack = packs})));
            const Tensor x = at::randn({1, channels, 9, 10}).contiguous(at::MemoryFormat::ChannelsLast);
            const Tensor sum = at::randn({1, channels, 9, 10});
            EXPECT_LT(testing::relative_error(layer.added_to(sum, x), sum + layer(x)), 2e-6);
            const Tensor doubled = layer(at::upsample_nearest2d(x, {18, 20}));
            EXPECT_LT(testing::relative_error(layer.of_doubled(x), doubled), 2e-6);
        }
}

TEST(Packed, WeightsFollowPatches) {
    const auto w = packed_weights({{"weight", at::zeros({2, 3})}});
    const Linear layer(w);
    const Tensor x = at::ones({1, 3});
    EXPECT_EQ(layer(x).sum().item<float>(), 0.0F);
    w.table()->use(PatchSet::with(nullptr, {{"weight", {std::make_shared<const AddOne>(), 2.0}}}));
    EXPECT_EQ(layer(x).sum().item<float>(), 12.0F);
    w.table()->unload();
    EXPECT_EQ(w.table()->resident_bytes(), 0U);
    EXPECT_EQ(layer(x).sum().item<float>(), 12.0F);
    w.table()->use(nullptr);
    EXPECT_EQ(layer(x).sum().item<float>(), 0.0F);
}

TEST(Packed, WeightsAreKeptOnce) {
    const auto w = packed_weights({{"weight", at::zeros({32, 64}, at::kHalf)}});
    const Linear layer(w);
    layer(at::ones({1, 64}));
    // Panels keep halves; oneDNN's layouts do not.
    EXPECT_EQ(w.table()->resident_bytes(), 32U * 64U * (has_fast_single_panels() ? 2U : 4U));
}

}  // namespace
}  // namespace easel::inference
