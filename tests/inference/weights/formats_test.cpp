// Files other than safetensors, and weights that are stored quantised.
#include "inference/patches/merge.hpp"
#include "inference/weights/codecs/gguf_blocks.hpp"
#include "inference/weights/quantised.hpp"
#include "inference/weights/safetensors.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <c10/util/Half.h>

#include <array>
#include <cstring>
#include <filesystem>
#include <fstream>
#include <numeric>

namespace easel::inference {
namespace {

namespace fs = std::filesystem;
using ::testing::HasSubstr;

fs::path recorded(const char* name) { return fs::path(EASEL_TEST_DATA) / "inference" / "data" / name; }

Weights table_of(TensorMap tensors) {
    return Weights(std::make_shared<WeightTable>(std::move(tensors), WeightTable::Settings{}));
}

TEST(Pickle, GivesTheTensorsOfBothOfTorchsFormats) {
    for (const char* name : {"pickle_zip.pt", "pickle_legacy.pt"}) {
        const auto file = open_weights(recorded(name));
        ASSERT_EQ(file.tensors.size(), 3U) << name;
        EXPECT_TRUE(file.tensors.at("a").equal(at::arange(6, at::kFloat).reshape({2, 3}).t())) << name;
        EXPECT_EQ(file.tensors.at("b").scalar_type(), at::kHalf) << name;
        EXPECT_EQ(file.tensors.at("b")[1].item<float>(), -2.0F) << name;
        EXPECT_EQ(file.tensors.at("c")[1].item<float>(), 4.0F) << name;
    }
}

TEST(Pickle, NamesWhatItRefuses) {
    try {
        open_weights(recorded("pickle_hostile.pt"));
        FAIL();
    } catch (const ModelError& error) {
        EXPECT_THAT(error.what(), HasSubstr("system"));
        EXPECT_THAT(error.what(), HasSubstr("pickle_hostile.pt"));
    }
}

TEST(GgufBlocks, DecodeToTheirValues) {
    constexpr std::uint32_t q4_0 = 2, q8_0 = 8;
    const auto with_scale = [](const GgufBlockType& type, float scale) {
        std::vector<std::uint8_t> block(static_cast<std::size_t>(type.bytes));
        const c10::Half half(scale);
        std::memcpy(block.data(), &half.x, sizeof half.x);
        return block;
    };
    std::array<float, 32> values{};

    const GgufBlockType& eight = *find_gguf_block_type(q8_0);
    auto block = with_scale(eight, 0.5F);
    block[2] = 0xFF;  // -1
    block[33] = 100;
    eight.decode(block.data(), values.data());
    EXPECT_EQ(values[0], -0.5F);
    EXPECT_EQ(values[31], 50.0F);

    const GgufBlockType& four = *find_gguf_block_type(q4_0);
    block = with_scale(four, 2.0F);
    block[2] = 0xF0;  // the low nibble is the first value, the high one the seventeenth
    four.decode(block.data(), values.data());
    EXPECT_EQ(values[0], -16.0F);
    EXPECT_EQ(values[16], 14.0F);
}

TEST(QuantisedWeights, BecomeOneTensorWithTheirScales) {
    const Tensor values = at::tensor({1.0F, -2.0F, 4.0F, 8.0F}).view({2, 2});
    TensorMap tensors{{"scaled_fp8", at::empty({0}).to(at::kFloat8_e4m3fn)},
                      {"layer.weight", values.to(at::kFloat8_e4m3fn)},
                      {"layer.scale_weight", at::tensor(0.5F)},
                      {"layer.scale_input", at::tensor(1.0F)},
                      {"layer.bias", at::zeros({2})}};
    const Weights w = table_of(with_quantised_weights(std::move(tensors), {}, "test"));
    EXPECT_EQ(w.keys(), (std::vector<std::string>{"layer.bias", "layer.weight"}));
    EXPECT_EQ(w["layer.weight"].shape(), at::IntArrayRef({2, 2}));
    EXPECT_TRUE(w["layer.weight"].as(at::kFloat).equal(values * 0.5));
    EXPECT_TRUE(w["layer.weight"].rows(at::tensor({1}, at::kLong), at::kFloat).equal((values * 0.5).narrow(0, 1, 1)));
}

TEST(QuantisedWeights, OfBlocksAndNibblesDecodeAsInTheReference) {
    const WeightFile file = open_weights(recorded("quantised.safetensors"));
    for (const std::string format : {"mxfp8", "convrot_w4a4", "asym_w4a8_int8"}) {
        ASSERT_EQ(encoding_of(file.tensors.at(format + ".expected")), nullptr) << format;
        const Tensor values = decoded(file.tensors.at(format + ".weight"));
        const Tensor& expected = file.tensors.at(format + ".expected");
        ASSERT_EQ(values.sizes(), expected.sizes()) << format;
        EXPECT_LT((values - expected).abs().max().item<float>(), 1e-5F)
            << format;  // the rotation adds in another order
        EXPECT_EQ(file.tensors.count(format + ".weight_scale"), 0U) << format;
    }
}

TEST(QuantisedWeights, AreNamedWhenTheirFormatIsNotKnown) {
    TensorMap tensors{{"layer.weight", at::zeros({2, 2}, at::kChar)}, {"layer.weight_scale", at::tensor(1.0F)}};
    const std::map<std::string, std::string> metadata{
        {"_quantization_metadata", R"({"layers": {"layer": {"format": "int1"}}})"}};
    EXPECT_THROW(with_quantised_weights(std::move(tensors), metadata, "test"), ModelError);
}

TEST(QuantisedWeights, ArePatchedAsTheyAreDecoded) {
    class AddOne final : public Patch {
    public:
        Tensor apply(Tensor weight, double strength) const override { return weight.add_(strength); }
    };
    TensorMap tensors{{"a.weight", at::ones({2}).to(at::kFloat8_e4m3fn)}, {"a.scale_weight", at::tensor(3.0F)}};
    const Weights w = table_of(with_quantised_weights(std::move(tensors), {}, "test"));
    w.table()->use(PatchSet::with(nullptr, {{"a.weight", {std::make_shared<const AddOne>(), 0.5}}}));
    EXPECT_EQ(w["a.weight"].as(at::kFloat)[0].item<float>(), 3.5F);
    w.table()->use(nullptr);
    EXPECT_EQ(w["a.weight"].as(at::kFloat)[0].item<float>(), 3.0F);
}

TEST(Merging, AddsTheOtherModelsWeightsWithTheirPatches) {
    class Double final : public Patch {
    public:
        Tensor apply(Tensor weight, double) const override { return weight.mul_(2); }
    };
    const Weights first = table_of({{"a", at::full({2}, 10.0)}, {"b", at::ones({2})}});
    const Weights second = table_of({{"a", at::full({2}, 4.0)}});
    const auto doubled = PatchSet::with(nullptr, {{"a", {std::make_shared<const Double>(), 1.0}}});
    const auto merged = merge_patches(*first.table(), second.table(), doubled,
                                      [](std::string_view) { return MergeRatio{.own = 0.5, .other = 0.25}; });
    first.table()->use(PatchSet::with(nullptr, merged));
    EXPECT_EQ(first["a"].as(at::kFloat)[0].item<float>(), 7.0F);
    EXPECT_EQ(first["b"].as(at::kFloat)[0].item<float>(), 1.0F);
}

}  // namespace
}  // namespace easel::inference
