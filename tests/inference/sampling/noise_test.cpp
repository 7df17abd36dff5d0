#include "inference/sampling/noise.hpp"

#include "inference/sampling/brownian_tree.hpp"
#include "inference/sampling/seed_sequence.hpp"
#include "tests/support/inference/recorded.hpp"

namespace easel::inference {
namespace {

using testing::recorded;
using testing::to_tensor;

TEST(SeedSequence, GivesNumpysWords) {
    for (const auto& one : recorded("sampling.json")["seed_sequences"]) {
        std::vector<uint64_t> spawn_key;
        for (const auto& part : one["spawn_key"])
            spawn_key.push_back(std::stoull(part.get<std::string>()));
        const auto state =
            seed_sequence(std::stoull(one["entropy"].get<std::string>()), spawn_key, one["pool_size"], 4);
        EXPECT_EQ(state, one["state"].get<std::vector<uint32_t>>()) << one;
    }
}

TEST(BrownianNoise, GivesTorchsdesPath) {
    const auto data = recorded("sampling.json")["brownian"];
    const Sigmas ends{data["high"].get<float>(), data["low"].get<float>(), 0.0f};
    const auto noise = brownian_noise(at::zeros({2, 3}), ends, data["seed"]);
    for (const auto& draw : data["draws"]) {
        const Tensor actual = (*noise)(draw["from"].get<float>(), draw["to"].get<float>());
        EXPECT_TRUE(at::allclose(actual, to_tensor(draw["noise"], {2, 3}), 1e-5, 1e-6)) << draw;
    }
}

TEST(BrownianTree, PartsOfAnIntervalAddUp) {
    BrownianTree tree(0.03, 14.6, {64}, 7);
    const Tensor whole = tree.increment(2.0, 11.0);
    EXPECT_TRUE(at::allclose(tree.increment(2.0, 5.5) + tree.increment(5.5, 11.0), whole, 1e-4, 1e-5));
}

TEST(InitialNoise, SampleOfABatchHasTheNoiseItHadInTheWholeBatch) {
    const LatentImage whole{.samples = at::zeros({4, 4, 8, 8})};
    const LatentImage chosen{.samples = at::zeros({2, 4, 8, 8}), .noise_mask = {}, .batch_index = {{3, 1}}};
    // Members are drawn one by one there, so that only draws of equal size agree.
    const Tensor one_by_one =
        initial_noise({.samples = whole.samples, .noise_mask = {}, .batch_index = {{0, 1, 2, 3}}}, 11);
    const Tensor noise = initial_noise(chosen, 11);
    EXPECT_TRUE(at::equal(noise[0], one_by_one[3]));
    EXPECT_TRUE(at::equal(noise[1], one_by_one[1]));
}

}  // namespace
}  // namespace easel::inference
