#include "inference/patches/baked_weights.hpp"

#include <gtest/gtest.h>

namespace easel::inference {
namespace {

// Adds its strength, and counts how often.
class Counting : public Patch {
public:
    mutable int applied = 0;
    Tensor apply(Tensor weight, double strength) const override {
        ++applied;
        return weight.add_(strength);
    }
};

struct Alternating {
    std::shared_ptr<WeightTable> table = std::make_shared<WeightTable>(
        TensorMap{{"a.weight", at::zeros(4)}, {"b.weight", at::zeros(4)}}, WeightTable::Settings{});
    Weights weights{table};
    std::shared_ptr<Counting> patch = std::make_shared<Counting>();
    std::shared_ptr<const PatchSet> first = PatchSet::with(nullptr, {{"a.weight", {patch, 1.0}}});
    std::shared_ptr<const PatchSet> second = PatchSet::with(nullptr, {{"a.weight", {patch, 2.0}}});

    double value() const { return weights["a.weight"].as(at::kFloat)[0].item<double>(); }

    // Uses the weight as both see it and as nobody has changed it, `rounds` times.
    void alternate(BakedWeights& baked, int rounds) const {
        for (int i = 0; i < rounds; ++i) {
            baked.change_to(1, {"a.weight"});
            table->use(first);
            EXPECT_EQ(value(), 1.0);
            baked.change_to(2, {"a.weight"});
            table->use(second);
            EXPECT_EQ(value(), 2.0);
            baked.change_to(0, {});
            table->use(nullptr);
            EXPECT_EQ(value(), 0.0);
        }
    }
};

TEST(BakedWeights, AreMadeOnceForEachWhoChangesThem) {
    const Alternating weights_in_turn;
    BakedWeights baked(weights_in_turn.table, 1024);
    weights_in_turn.alternate(baked, 5);
    EXPECT_EQ(weights_in_turn.patch->applied, 2);
    EXPECT_EQ(baked.kept_bytes(), 2 * 4 * sizeof(float));
}

TEST(BakedWeights, AreMadeAnewWhereThereIsNoRoomForThem) {
    const Alternating weights_in_turn;
    BakedWeights baked(weights_in_turn.table, 4 * sizeof(float));
    weights_in_turn.alternate(baked, 5);
    EXPECT_GT(weights_in_turn.patch->applied, 2);
    EXPECT_LE(baked.kept_bytes(), 4 * sizeof(float));
}

}  // namespace
}  // namespace easel::inference
