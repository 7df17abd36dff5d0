#include "nodes/types.hpp"

#include <gtest/gtest.h>

namespace easel::nodes {

namespace {

constexpr std::size_t float_bytes = 4;

}  // namespace

TEST(Footprint, CountsTheTensorsOfPicturesAndMasks) {
    EXPECT_EQ(Value(Image{at::zeros({2, 8, 8, 3})}).memory().bytes, 2 * 8 * 8 * 3 * float_bytes);
    EXPECT_EQ(Value(Mask{at::zeros({1, 8, 8})}).memory().bytes, 8 * 8 * float_bytes);
    EXPECT_EQ(Value(Image{}).memory().bytes, 0U);
}

TEST(Footprint, CountsALatentWithItsMask) {
    const Latent latent{.samples = at::zeros({1, 4, 8, 8}), .noise_mask = at::zeros({1, 8, 8})};
    EXPECT_EQ(Value(latent).memory().bytes, 5 * 8 * 8 * float_bytes);
}

TEST(Footprint, CountsEveryConditionOfAConditioning) {
    inference::Condition one{.cross = at::zeros({1, 77, 16}), .pooled = at::zeros({1, 16})};
    one.reference_latents.push_back(at::zeros({1, 4, 2, 2}));
    one.extra["clip_g"] = at::zeros({1, 3});
    const std::size_t bytes = (77 * 16 + 16 + 16 + 3) * float_bytes;
    EXPECT_EQ(Value(Conditioning{one, one}).memory().bytes, 2 * bytes);
}

TEST(Footprint, GivesUpNetworksFirst) {
    EXPECT_TRUE(Value(Model{}).memory().goes_first);
    EXPECT_TRUE(Value(Vae{}).memory().goes_first);
    EXPECT_FALSE(Value(Image{at::zeros({1, 1, 1, 3})}).memory().goes_first);
}

}  // namespace easel::nodes
