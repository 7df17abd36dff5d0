#include "inference/sampling/schedulers.hpp"

#include "base/error.hpp"
#include "inference/sampling/sample.hpp"
#include "tests/support/inference/recorded.hpp"

namespace easel::inference {
namespace {

using testing::recorded;

const NoiseLevels& levels() {
    static const auto shared = scaled_linear_levels();
    return *shared;
}

TEST(NoiseLevels, AreTheReferences) {
    const auto data = recorded("sampling.json")["levels"];
    EXPECT_FLOAT_EQ(levels().sigma_min(), data["sigma_min"]);
    EXPECT_FLOAT_EQ(levels().sigma_max(), data["sigma_max"]);
    for (const auto& [sigma, timestep] : data["timestep"].items())
        EXPECT_EQ(levels().timestep(std::stof(sigma)), timestep.get<float>()) << sigma;
    for (const auto& [timestep, sigma] : data["sigma"].items())
        EXPECT_FLOAT_EQ(levels().sigma(std::stof(timestep)), sigma) << timestep;
    for (const auto& [percent, sigma] : data["percent"].items())
        EXPECT_NEAR(levels().percent_to_sigma(std::stod(percent)), sigma.get<double>(), 1e-6 * sigma.get<double>())
            << percent;
}

TEST(Schedulers, GiveTheReferencesLevels) {
    for (const auto& [name, by_steps] : recorded("sampling.json")["schedules"].items()) {
        for (const auto& [steps, expected] : by_steps.items()) {
            const Sigmas sigmas = schedule(name, levels(), std::stoll(steps));
            ASSERT_EQ(sigmas.size(), expected.size()) << name << " " << steps;
            for (std::size_t i = 0; i < sigmas.size(); ++i)
                EXPECT_NEAR(sigmas[i], expected[i].get<float>(), 2e-6f * expected[i].get<float>())
                    << name << " " << steps;
        }
    }
}

TEST(Schedulers, AreListedInTheReferencesOrder) {
    EXPECT_EQ(scheduler_names(), recorded("sampling.json")["scheduler_names"].get<std::vector<std::string>>());
}

TEST(Schedulers, UnknownNameIsTheUsersError) { EXPECT_THROW(schedule("evenly", levels(), 4), UserError); }

}  // namespace
}  // namespace easel::inference
