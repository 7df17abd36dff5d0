#include "inference/models/flux/flux.hpp"

#include "inference/vae/latent_format.hpp"
#include "tests/support/inference/recorded_transformer.hpp"

namespace easel::inference {
namespace {

using testing::float_tolerance;
using testing::RecordedTransformer;

double error_of(const std::string& name, std::optional<ReferenceMethod> method = {}) {
    const RecordedTransformer recorded(name);
    const flux::Flux network(recorded.weights());
    NetworkInput input = recorded.input();
    if (method) input.extra["reference_method"] = at::scalar_tensor(static_cast<int64_t>(*method), at::kLong);
    return recorded.error(network.predict(input));
}

TEST(Flux, ComputesTheReferencesOutputAtOddSizes) { EXPECT_LT(error_of("flux"), float_tolerance); }

TEST(Flux, LooksAtPicturesBesideItsOwn) {
    EXPECT_LT(error_of("flux_references"), float_tolerance);
    EXPECT_LT(error_of("flux_uxo", ReferenceMethod::uxo), float_tolerance);
}

TEST(Flux, SharesModulationsInTheSecondVersion) { EXPECT_LT(error_of("flux2"), float_tolerance); }

TEST(Flux, TellsReferencesThatTheyAreWithoutNoise) {
    EXPECT_LT(error_of("flux2_clean", ReferenceMethod::index_timestep_zero), float_tolerance);
}

TEST(Flux, FillsShortPromptsOfTheSecondVersionUpInFront) {
    const RecordedTransformer recorded("flux2");
    const flux::Flux network(recorded.weights());
    const Condition condition{.cross = at::ones({1, 7, 24})};
    const Tensor latent = at::zeros({1, 128, 3, 2});
    const LatentFormat format = flux2_latent_format();
    NetworkInput input;
    network.set_inputs(input, condition, {.shape = latent.sizes(), .latent = latent, .format = &format});
    ASSERT_EQ(input.context.sizes(), at::IntArrayRef({1, 512, 24}));
    EXPECT_EQ(input.context.slice(1, 0, 505).abs().sum().item<float>(), 0.0f);
    EXPECT_EQ(input.context.slice(1, 505).sum().item<float>(), 7.0f * 24.0f);
}

TEST(Flux, ReadsTheMaskOfFillAsSixtyFourChannels) {
    const Tensor latent = at::zeros({1, 16, 4, 4});
    const LatentFormat format = flux_latent_format();
    Condition condition{.cross = at::ones({1, 7, 24})};
    const Tensor mask = at::zeros({1, 1, 32, 32});
    mask[0][0][9][18].fill_(1.0);
    condition.concat_mask = mask;
    NetworkInput input;
    flux::set_flux_inputs(input, condition, {.shape = latent.sizes(), .latent = latent, .format = &format}, 80, 2, 3.5);
    ASSERT_EQ(input.concat.sizes(), at::IntArrayRef({1, 80, 4, 4}));
    EXPECT_FLOAT_EQ(input.concat[0][0][0][0].item<float>(),
                    -0.1159f * 0.3611f);  // no picture: what zero is in its scale
    EXPECT_EQ(input.concat[0][16 + 1 * 8 + 2][1][2].item<float>(), 1.0f);
    EXPECT_EQ(input.concat.narrow(1, 16, 64).sum().item<float>(), 1.0f);
    EXPECT_EQ(input.guidance.item<float>(), 3.5f);
}

}  // namespace
}  // namespace easel::inference
