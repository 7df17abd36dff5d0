#include "inference/weights/weights.hpp"

#include "inference/layers/embedding.hpp"
#include "inference/layers/linear.hpp"

#include <gmock/gmock.h>

namespace easel::inference {
namespace {

Weights weights(TensorMap tensors, WeightTable::Settings settings = {.origin = "model.safetensors"}) {
    return Weights(std::make_shared<WeightTable>(std::move(tensors), std::move(settings)));
}

class AddOne final : public Patch {
public:
    Tensor apply(Tensor weight, double strength) const override { return weight.add_(strength); }
};

class Refuse final : public Patch {
public:
    Tensor apply(Tensor, double) const override { throw ModelError("it does not fit"); }
};

TEST(Weights, DescendsByNameAndIndex) {
    const auto w = weights({{"blocks.0.weight", at::ones({2})}, {"blocks.10.weight", at::ones({3})}});
    EXPECT_EQ((w / "blocks" / 10).shape("weight"), std::vector<int64_t>{3});
    EXPECT_TRUE(w.has_part("blocks"));
    EXPECT_FALSE(w.has_part("block"));
    EXPECT_FALSE((w / "blocks").contains("1.weight"));
}

TEST(Weights, CountsNumberedPartsWithoutAGap) {
    const auto w =
        weights({{"b.0.x", at::ones(1)}, {"b.1.x", at::ones(1)}, {"b.10.x", at::ones(1)}, {"b.3.x", at::ones(1)}});
    EXPECT_EQ(w.count("b"), 2);
    EXPECT_EQ(w.count("a"), 0);
}

TEST(Weights, NamesTheFullKeyOfAMissingWeight) {
    const auto w = weights({{"a.b", at::ones(1)}});
    try {
        (w / "a" / "c")["weight"];
        FAIL();
    } catch (const MissingWeight& error) {
        EXPECT_EQ(error.key(), "a.c.weight");
        EXPECT_THAT(error.what(), ::testing::HasSubstr("model.safetensors"));
    }
    EXPECT_FALSE((w / "a").maybe("c"));
}

TEST(Weights, ListsKeysRelativeToThePart) {
    const auto w = weights({{"a.x", at::ones(1)}, {"a.y.z", at::ones(1)}, {"ab.x", at::ones(1)}});
    EXPECT_EQ((w / "a").keys(), (std::vector<std::string>{"x", "y.z"}));
}

TEST(Weight, IsTheStoredTensorWhereNothingChangesIt) {
    const Tensor stored = at::ones({4});
    const auto w = weights({{"a", stored}});
    EXPECT_EQ(w["a"].like(at::zeros(1)).data_ptr(), stored.data_ptr());
    EXPECT_EQ(w.table()->resident_bytes(), 0U);
}

TEST(Weight, IsCastOnceAndKept) {
    const auto w = weights({{"a", at::ones({4}, at::kHalf)}});
    const Tensor first = w["a"].like(at::zeros(1));
    EXPECT_EQ(first.scalar_type(), at::kFloat);
    EXPECT_EQ(w["a"].like(at::zeros(1)).data_ptr(), first.data_ptr());
    EXPECT_EQ(w.table()->resident_bytes(), 16U);
    w.table()->unload();
    EXPECT_EQ(w.table()->resident_bytes(), 0U);
    EXPECT_EQ(w["a"].like(at::zeros(1)).sum().item<float>(), 4.0F);
}

TEST(Weight, IsPatchedAndUnpatchedAsHandlesAsk) {
    const auto w = weights({{"a", at::ones({2}, at::kHalf)}, {"b", at::ones({2}, at::kHalf)}});
    const auto patch = std::make_shared<const AddOne>();
    const auto once = PatchSet::with(nullptr, {{"a", {patch, 0.5}}});
    const auto twice = PatchSet::with(once, {{"a", {patch, 2.0}}});
    const Tensor x = at::zeros(1);
    const void* untouched = w["b"].like(x).data_ptr();

    w.table()->use(once);
    EXPECT_EQ(w["a"].like(x)[0].item<float>(), 1.5F);
    w.table()->use(twice);
    EXPECT_EQ(w["a"].like(x)[0].item<float>(), 3.5F);
    EXPECT_EQ(w["b"].like(x).data_ptr(), untouched);
    w.table()->use(nullptr);
    EXPECT_EQ(w["a"].like(x)[0].item<float>(), 1.0F);
    EXPECT_EQ(w["a"].stored()[0].item<float>(), 1.0F);
}

TEST(Weight, IsNotPreparedAnewForAnEqualListOfPatches) {
    const auto w = weights({{"a", at::ones({2})}});
    const auto patch = std::make_shared<const AddOne>();
    w.table()->use(PatchSet::with(nullptr, {{"a", {patch, 1.0}}}));
    const void* ready = w["a"].like(at::zeros(1)).data_ptr();
    w.table()->use(PatchSet::with(nullptr, {{"a", {patch, 1.0}}}));
    EXPECT_EQ(w["a"].like(at::zeros(1)).data_ptr(), ready);
}

TEST(Weight, StaysAsItIsWhereAPatchDoesNotFit) {
    const auto w = weights({{"a", at::ones({2})}});
    w.table()->use(PatchSet::with(nullptr, {{"a", {std::make_shared<const Refuse>(), 1.0}}}));
    EXPECT_EQ(w["a"].like(at::zeros(1))[0].item<float>(), 1.0F);
}

TEST(Weight, IsRoundedToTheTypeTheLoaderAskedFor) {
    const auto w = weights({{"a", at::full({1}, 1.07)}}, {.origin = "m", .round_to = at::kFloat8_e4m3fn});
    EXPECT_EQ(w["a"].like(at::zeros(1)).item<float>(), 1.125F);
}

TEST(Weight, ComputesFromEveryStorageType) {
    const Tensor values = at::tensor({0.5, -1.0, 2.0, 1.5}).reshape({2, 2});
    for (const auto type : {at::kFloat, at::kHalf, at::kBFloat16, at::kFloat8_e4m3fn, at::kFloat8_e5m2, at::kDouble}) {
        const auto w = weights({{"weight", values.to(type)}});
        const Tensor y = Linear(w)(at::ones({1, 2}));
        EXPECT_TRUE(at::equal(y, at::tensor({-0.5F, 3.5F}).reshape({1, 2}))) << c10::toString(type);
    }
}

TEST(Embedding, GathersRowsWithoutCastingTheTable) {
    const auto w = weights({{"weight", at::arange(6).reshape({3, 2}).to(at::kHalf)}});
    const Tensor rows = Embedding(w)(at::tensor({2, 0}, at::kLong));
    EXPECT_TRUE(at::equal(rows, at::tensor({4.0F, 5.0F, 0.0F, 1.0F}).reshape({2, 2})));
    EXPECT_EQ(w.table()->resident_bytes(), 0U);
}

TEST(Embedding, SeesPatches) {
    const auto w = weights({{"weight", at::zeros({3, 2}, at::kHalf)}});
    const Embedding embedding(w);
    embedding(at::tensor({1}, at::kLong));
    w.table()->use(PatchSet::with(nullptr, {{"weight", {std::make_shared<const AddOne>(), 1.0}}}));
    EXPECT_EQ(embedding(at::tensor({1}, at::kLong)).sum().item<float>(), 2.0F);
    w.table()->use(nullptr);
    EXPECT_EQ(embedding(at::tensor({1}, at::kLong)).sum().item<float>(), 0.0F);
}

}  // namespace
}  // namespace easel::inference
