#include "inference/models/sd/picture_prompt.hpp"

#include <gtest/gtest.h>

#include <map>
#include <vector>

namespace easel::inference::sd {
namespace {

constexpr uint64_t seed = 42;

// An embedding that rises evenly, its strength and share of noise.
Tensor picture(double step, double strength, double noise) {
    return at::cat({at::arange(16, at::kFloat) * step, at::tensor({strength, noise}, at::kDouble).to(at::kFloat)})
        .unsqueeze(0);
}

// Some values of `vector` and its sum, as comfy.model_base.unclip_adm gives them.
void expect(const Tensor& vector, const std::map<int64_t, float>& values, float sum) {
    ASSERT_EQ(vector.sizes(), (std::vector<int64_t>{1, 32}));
    for (const auto& [index, value] : values)
        EXPECT_NEAR(vector[0][index].item<float>(), value, 2e-6f) << index;
    EXPECT_NEAR(vector.sum().item<float>(), sum, 2e-5f);
}

TEST(PictureVector, MakesOnePictureNoisy) {
    expect(picture_vector(picture(0.1, 0.75, 0.3), seed, 0.05),
           {{0, -0.604756f}, {3, -0.404331f}, {15, 1.009258f}, {17, 0.610168f}}, 6.609273f);
}

TEST(PictureVector, MakesTheSumOfSeveralNoisyOnceMore) {
    const Tensor two = at::cat({picture(0.1, 0.75, 0.3), picture(-0.05, 0.5, 0.0)});
    expect(picture_vector(two, seed, 0.05), {{0, -0.715582f}, {2, 0.552122f}, {15, 0.570733f}, {17, -0.994656f}},
           7.043198f);
}

}  // namespace
}  // namespace easel::inference::sd
