#include "inference/sampling/sample.hpp"

#include "base/error.hpp"
#include "inference/models/model.hpp"

#include <gtest/gtest.h>

namespace easel::inference {
namespace {

// Predicts a little of x and of its prompt, and writes down what it was shown.
class ToyNetwork : public DiffusionModel {
public:
    struct Call {
        int64_t batch, tokens;
    };
    mutable std::vector<Call> calls;

    Tensor predict(const NetworkInput& input) const override {
        calls.push_back({input.x.size(0), input.context.size(1)});
        return input.x * 0.5 + input.context.mean({1, 2}).view({-1, 1, 1, 1});
    }
    std::size_t activation_bytes(at::IntArrayRef) const override { return 0; }
};

struct Toy {
    std::shared_ptr<ToyNetwork> network = std::make_shared<ToyNetwork>();
    Model model{{.family = "toy",
                 .network = network,
                 .weights = std::make_shared<WeightTable>(TensorMap{}, WeightTable::Settings{}),
                 .parameterization = {eps_prediction(), scaled_linear_levels()},
                 .latent_format = sd15_latent_format()}};
    SampleRequest request{.seed = 3,
                          .steps = 4,
                          .cfg = 6.0,
                          .positive = {Condition{.cross = at::full({1, 77, 8}, 0.2)}},
                          .negative = {Condition{.cross = at::full({1, 77, 8}, -0.1)}},
                          .latent = {.samples = at::zeros({1, 4, 8, 8})}};

    Tensor run() const { return sample(model, request); }
};

TEST(Sample, BothSidesOfTheGuidanceRunInOneBatch) {
    const Toy toy;
    toy.run();
    ASSERT_EQ(toy.network->calls.size(), 4u);
    for (const auto& call : toy.network->calls)
        EXPECT_EQ(call.batch, 2);
}

TEST(Sample, CfgOfOneLeavesTheNegativeSideOut) {
    Toy toy;
    toy.request.cfg = 1.0;
    toy.run();
    for (const auto& call : toy.network->calls)
        EXPECT_EQ(call.batch, 1);
}

TEST(Sample, PromptsOfDifferentLengthsAreRepeatedToFit) {
    Toy toy;
    toy.request.positive[0].cross = at::full({1, 154, 8}, 0.2);
    toy.run();
    for (const auto& call : toy.network->calls) {
        EXPECT_EQ(call.batch, 2);
        EXPECT_EQ(call.tokens, 154);
    }
}

TEST(Sample, PromptOutsideItsPartOfTheScheduleIsNotRun) {
    Toy toy;
    Condition late = toy.request.positive[0];
    late.start_percent = 0.5;
    toy.request.positive.push_back(late);
    toy.run();
    EXPECT_EQ(toy.network->calls.front().batch, 2);
    EXPECT_EQ(toy.network->calls.back().batch, 3);
}

TEST(Sample, ProgressCountsFromOneToTheNumberOfSteps) {
    Toy toy;
    std::vector<int> steps;
    toy.request.hooks.progress = [&](int step, int total, const Tensor& denoised) {
        EXPECT_EQ(total, 4);
        EXPECT_EQ(denoised.sizes(), (std::vector<int64_t>{1, 4, 8, 8}));
        steps.push_back(step);
    };
    toy.run();
    EXPECT_EQ(steps, (std::vector<int>{1, 2, 3, 4}));
}

TEST(Sample, StopIsLookedAtBeforeEveryRunOfTheNetwork) {
    Toy toy;
    int asked = 0;
    toy.request.hooks.stop = [&] { return ++asked == 3; };
    EXPECT_THROW(toy.run(), Interrupted);
    EXPECT_EQ(toy.network->calls.size(), 2u);
}

TEST(Sample, OutsideTheNoiseMaskTheLatentIsKept) {
    Toy toy;
    toy.request.latent.samples = at::rand({1, 4, 8, 8});
    Tensor mask = at::zeros({1, 1, 8, 8});
    mask.narrow(3, 4, 4).fill_(1.0);
    toy.request.latent.noise_mask = mask;
    const Tensor out = toy.run();
    const Tensor change = (out - toy.request.latent.samples).abs();
    EXPECT_LT(change.narrow(3, 0, 4).max().item<float>(), 1e-5f);
    EXPECT_GT(change.narrow(3, 4, 4).max().item<float>(), 1e-2f);
}

TEST(Sample, NothingToDenoiseReturnsTheLatent) {
    Toy toy;
    toy.request.latent.samples = at::rand({1, 4, 8, 8});
    toy.request.denoise = 0.0;
    EXPECT_TRUE(at::equal(toy.run(), toy.request.latent.samples));
    EXPECT_TRUE(toy.network->calls.empty());
}

TEST(Sample, TwoHalvesOfAScheduleMakeTheWhole) {
    Toy whole, first, second;
    const Tensor expected = whole.run();
    first.request.last_step = 2;
    second.request.start_step = 2;
    second.request.disable_noise = true;
    second.request.latent.samples = first.run();
    EXPECT_TRUE(at::allclose(second.run(), expected, 1e-4, 1e-4));
}

TEST(Sample, EmptyLatentTakesTheModelsChannels) {
    Toy toy;
    toy.request.latent.samples = at::zeros({1, 16, 8, 8});
    EXPECT_EQ(toy.run().sizes(), (std::vector<int64_t>{1, 4, 8, 8}));
}

}  // namespace
}  // namespace easel::inference
