#include "inference/vae/vae_memory.hpp"

#include "base/error.hpp"
#include "inference/vae/vae.hpp"
#include "tests/support/inference/on_accelerator.hpp"
#include "tests/support/inference/recorded.hpp"

namespace easel::inference {
namespace {

using testing::SimulatedAccelerator;

class VaeMemoryTest : public testing::AcceleratorTest {
protected:
    static nlohmann::json shapes() { return testing::recorded("networks.json")["autoencoder"]["shapes"]; }

    static Vae vae(const std::shared_ptr<DeviceMemory>& memory) {
        const Weights w = testing::on_accelerator(testing::drawn_weights(shapes()), memory);
        return load_vae(w).with_weights(w.table());
    }
};

TEST_F(VaeMemoryTest, PicturesThatDoNotFitGoThroughInTiles) {
    const Vae decoder = vae(testing::accelerator_memory());
    const Tensor latent = random_normal({1, 4, 40, 40}, 3);
    const Tensor whole = decoder.decode(latent);
    const auto needed = counters().peak - counters().in_use;
    set_capacity(counters().in_use + needed * 3 / 4);
    SimulatedAccelerator::reset();
    const Tensor tiled = decoder.decode(latent);
    EXPECT_EQ(tiled.sizes(), whole.sizes());
    EXPECT_FALSE(tiled.equal(whole));
    EXPECT_LT((tiled - whole).abs().mean().item<float>(), 0.1F);
}

TEST_F(VaeMemoryTest, WhatFitsNotEvenInTilesIsAnError) {
    const Vae decoder = vae(testing::accelerator_memory());
    const Tensor latent = random_normal({1, 4, 16, 16}, 3);
    const Tensor expected = decoder.decode(latent);
    set_capacity(counters().in_use + 64 * 1024);
    EXPECT_THROW(decoder.decode(latent), OutOfMemory);
    set_capacity(plenty);
    EXPECT_TRUE(decoder.decode(latent).equal(expected));
}

}  // namespace
}  // namespace easel::inference
