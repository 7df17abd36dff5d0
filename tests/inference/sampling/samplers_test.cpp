#include "inference/sampling/sampler.hpp"

#include "base/error.hpp"
#include "inference/sampling/sample.hpp"
#include "tests/support/inference/recorded.hpp"

namespace easel::inference {
namespace {

using testing::recorded;
using testing::relative_error;
using testing::to_tensor;

// The smooth function of x and sigma that record_sampling.py shows to the reference's samplers.
class ToyDenoiser : public Denoiser {
public:
    mutable int calls = 0;

    Tensor operator()(const Tensor& x, float sigma) const override { return guided(x, sigma).denoised; }

    Guided guided(const Tensor& x, float sigma) const override {
        ++calls;
        const float weight = 1 / (1 + sigma * sigma);
        return {.denoised = 0.6 * x * weight + 0.3 * at::sin(x * weight + 0.1),
                .uncond = 0.5 * x * weight - 0.1 * at::cos(x * weight)};
    }

    const Parameterization& parameterization() const override {
        static const Parameterization eps{eps_prediction(), scaled_linear_levels()};
        return eps;
    }
};

class RecordedSampler : public ::testing::TestWithParam<std::string> {};

TEST_P(RecordedSampler, GivesTheReferencesResult) {
    const auto data = recorded("sampling.json")["samplers"];
    const Tensor start = to_tensor(data["start"], {1, 2, 3, 3});
    for (const auto& one : data["runs"]) {
        if (one["sampler"] != GetParam()) continue;
        const Sigmas sigmas = data["schedules"][one["schedule"].get<std::string>()].get<Sigmas>();
        const ToyDenoiser model;
        std::vector<int64_t> steps;
        const SamplerRun run{.model = model,
                             .sigmas = sigmas,
                             .seed = data["seed"],
                             .on_step = [&](int64_t step, const Tensor&) { steps.push_back(step); }};
        const Tensor out = find_sampler(GetParam()).sampler.function(start * sigmas.front(), run);
        EXPECT_LT(relative_error(out, to_tensor(one["out"], {1, 2, 3, 3})), 5e-5) << one["schedule"];
        EXPECT_EQ(model.calls, one["calls"].get<int>()) << one["schedule"];
        EXPECT_EQ(steps, one["steps"].get<std::vector<int64_t>>()) << one["schedule"];
    }
}

INSTANTIATE_TEST_SUITE_P(All, RecordedSampler, ::testing::ValuesIn(sampler_names()),
                         [](const auto& instance) { return instance.param; });

TEST(Samplers, AreListedInTheReferencesOrder) {
    EXPECT_EQ(sampler_names(), recorded("sampling.json")["sampler_names"].get<std::vector<std::string>>());
}

TEST(Samplers, UnknownNameIsTheUsersError) { EXPECT_THROW(find_sampler("eulr"), UserError); }

}  // namespace
}  // namespace easel::inference
