#include "inference/models/sd/vector_input.hpp"

#include "base/error.hpp"

#include <gtest/gtest.h>

#include <cmath>

namespace easel::inference {
namespace {

constexpr int64_t pooled_dim = 4, number_dim = 256;

Condition pooled_condition() {
    Condition condition;
    condition.pooled = at::ones({1, pooled_dim});
    return condition;
}

// The cosine of the number in this place, at a frequency of 1.
float cosine(const Tensor& vector, int64_t place) {
    return vector[0][pooled_dim + place * number_dim].item<float>();
}

TEST(VectorInput, PutsHeightsBeforeWidths) {
    const Tensor latent = at::zeros({1, 4, 3, 5});
    const SamplingTarget target{.shape = latent.sizes(), .latent = latent};
    Condition condition = pooled_condition();
    condition.size.crop_w = 7;
    condition.size.target_width = 11;
    const Tensor vector = sd::sdxl_vector(condition, target);
    EXPECT_EQ(vector.sizes(), (std::vector<int64_t>{1, pooled_dim + 6 * number_dim}));
    const std::vector<double> numbers{24, 40, 0, 7, 24, 11};  // the latent's own size where none is given
    for (std::size_t i = 0; i < numbers.size(); ++i)
        EXPECT_FLOAT_EQ(cosine(vector, static_cast<int64_t>(i)), static_cast<float>(std::cos(numbers[i]))) << i;
}

TEST(VectorInput, TellsTheRefinerHowGoodThePictureIs) {
    const Tensor latent = at::zeros({1, 4, 3, 5});
    SamplingTarget target{.shape = latent.sizes(), .latent = latent};
    EXPECT_FLOAT_EQ(cosine(sd::refiner_vector(pooled_condition(), target), 4), std::cos(6.0f));
    target.is_negative = true;
    EXPECT_FLOAT_EQ(cosine(sd::refiner_vector(pooled_condition(), target), 4), std::cos(2.5f));
}

TEST(VectorInput, NeedsAPooledPrompt) {
    const Tensor latent = at::zeros({1, 4, 3, 5});
    const SamplingTarget target{.shape = latent.sizes(), .latent = latent};
    EXPECT_THROW(sd::sdxl_vector({}, target), UserError);
}

}  // namespace
}  // namespace easel::inference
