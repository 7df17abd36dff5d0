#include "base/error.hpp"
#include "inference/sampling/flow_schedules.hpp"
#include "inference/sampling/schedulers.hpp"
#include "inference/sampling/sigma_operations.hpp"
#include "inference/sampling/step_tables.hpp"
#include "tests/support/inference/recorded.hpp"

#include <map>

namespace easel::inference {
namespace {

using testing::recorded;
using testing::relative_error;
using testing::to_tensor;

TEST(CustomSchedules, GiveTheReferencesLevels) {
    const auto levels = scaled_linear_levels();
    const auto data = recorded("custom_sampling.json");
    const std::map<std::string, Sigmas> schedules{
        {"polyexponential", polyexponential_schedule(5, 0.05, 12.0, 1.3)},
        {"laplace", laplace_schedule(6, 0.03, 14.6, 0.1, 0.5)},
        {"vp", vp_schedule(5, 19.9, 0.1, 0.001)},
        {"beta", beta_schedule(*levels, 6, 0.7, 0.5)},
        {"turbo", sd_turbo_schedule(*levels, 3, 0.7)},
        {"align_your_steps", align_your_steps("SDXL", 6, 0.7)},
        {"gits_12", gits(1.2, 12, 1.0)},
        {"gits_26", gits(0.85, 26, 0.5)},
        {"optimal_steps", optimal_steps("Wan", 9, 1.0)},
        {"ltxv", ltxv_schedule({.steps = 6})},
        {"flux2", flux2_schedule(5, 832, 1216)},
        {"ideogram4", ideogram4_schedule(6, 1024, 768, 0.2, 1.3)},
        {"extended",
         extended(data["options"]["sigmas"].get<Sigmas>(), {.steps = 3, .from = -1.0, .to = 1.0, .spacing = "cosine"})},
        {"manual", parse_sigmas("14.6, 7;-2 +.5 x1")},
    };
    for (const auto& [name, expected] : data["schedules"].items()) {
        const Sigmas& sigmas = schedules.at(name);
        ASSERT_EQ(sigmas.size(), expected.size()) << name;
        for (std::size_t i = 0; i < sigmas.size(); ++i)
            EXPECT_NEAR(sigmas[i], expected[i].get<float>(), 5e-6f * std::abs(expected[i].get<float>()) + 1e-9f)
                << name;
    }
}

TEST(CustomSchedules, SplitLikePythonSlices) {
    const Sigmas sigmas{4, 3, 2, 1, 0};
    EXPECT_EQ(split_at(sigmas, 2).high, (Sigmas{4, 3, 2}));
    EXPECT_EQ(split_at(sigmas, 2).low, (Sigmas{2, 1, 0}));
    EXPECT_EQ(split_at(sigmas, 9).low, Sigmas{});
    EXPECT_EQ(split_by_denoise(sigmas, 0.5).high, (Sigmas{4, 3, 2}));
    EXPECT_EQ(split_by_denoise(sigmas, 0.5).low, (Sigmas{2, 1, 0}));
    EXPECT_EQ(split_by_denoise(sigmas, 0.0).high, Sigmas{});
    EXPECT_EQ(flipped(sigmas).front(), 0.0001f);
}

TEST(CustomSchedules, SayWhatTheyCannotStartFrom) {
    EXPECT_THROW(exponential_schedule(4, 0.0, 1.0), UserError);
    EXPECT_THROW(with_first({}, 1.0), UserError);
    EXPECT_THROW(gits(0.81, 4, 1.0), UserError);
}

void expect_levels(const NoiseLevels& levels, const nlohmann::json& expected, const std::string& name) {
    const auto& table = levels.table();
    const std::size_t stride = std::max<std::size_t>(table.size() / 20, 1);
    for (std::size_t i = 0; i < expected["table"].size(); ++i)
        EXPECT_NEAR(table[i * stride], expected["table"][i].get<float>(), 2e-5f * table[i * stride])
            << name << " " << i;
    EXPECT_NEAR(table.back(), expected["last"].get<float>(), 1e-5f * table.back()) << name;
    for (const auto& [sigma, timestep] : expected["timestep"].items())
        EXPECT_NEAR(levels.timestep(std::stof(sigma)), timestep.get<float>(), 1e-4f) << name << " " << sigma;
    for (const auto& [percent, sigma] : expected["percent"].items())
        EXPECT_NEAR(levels.percent_to_sigma(std::stod(percent)), sigma.get<double>(), 2e-5 * sigma.get<double>())
            << name << " " << percent;
}

TEST(NoiseLevels, OfOtherModelsAreTheReferences) {
    const auto data = recorded("custom_sampling.json")["levels"];
    expect_levels(*distilled_levels(scaled_linear_sigmas()), data["lcm"], "lcm");
    expect_levels(*cascade_levels(2.0), data["cascade"], "cascade");
    expect_levels(*discrete_levels(zero_terminal_snr(scaled_linear_sigmas())), data["zero_snr"], "zero_snr");
}

TEST(Predictions, OfConsistencyModelsAreTheReferences) {
    const auto data = recorded("custom_sampling.json");
    const auto prediction = consistency_prediction(distilled_levels(scaled_linear_sigmas()));
    const Tensor x = to_tensor(data["start"], {1, 2, 3, 3}), output = to_tensor(data["output"], {1, 2, 3, 3});
    EXPECT_LT(relative_error(prediction->denoised(output, x, 0.7f), to_tensor(data["lcm_denoised"], {1, 2, 3, 3})),
              1e-5);
}

}  // namespace
}  // namespace easel::inference
