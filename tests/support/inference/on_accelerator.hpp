// Models and inputs on the simulated accelerator.
#pragma once

#include "inference/memory/device_memory.hpp"
#include "inference/models/network_input.hpp"
#include "tests/support/inference/drawn_weights.hpp"
#include "tests/support/inference/simulated_accelerator.hpp"

#include <gtest/gtest.h>

#include <memory>
#include <vector>

namespace easel::inference::testing {

inline std::shared_ptr<DeviceMemory> accelerator_memory(MemoryOptions options = {.reserve = 0}) {
    return std::make_shared<DeviceMemory>(SimulatedAccelerator::device(), options);
}

// The same weights in a table of the accelerator.
inline Weights on_accelerator(const Weights& weights, std::shared_ptr<DeviceMemory> memory,
                              WeightTable::Settings settings = {}) {
    TensorMap tensors;
    for (const auto& entry : weights.table()->entries())
        tensors.emplace(entry.key, entry.stored);
    settings.device = SimulatedAccelerator::device();
    settings.memory = std::move(memory);
    return Weights(std::make_shared<WeightTable>(std::move(tensors), std::move(settings)));
}

inline NetworkInput on_accelerator(NetworkInput input) {
    const at::Device device = SimulatedAccelerator::device();
    for (Tensor* tensor : {&input.x, &input.timestep, &input.context, &input.vector, &input.concat, &input.guidance,
                           &input.attention_mask})
        if (tensor->defined()) *tensor = tensor->to(device);
    for (Tensor& reference : input.reference_latents)
        reference = reference.to(device);
    for (auto& [name, tensor] : input.extra)
        if (tensor.dim() > 0) tensor = tensor.to(device);
    return input;
}

// Every test begins with all the memory there is and counters at zero, and leaves nothing behind.
class AcceleratorTest : public ::testing::Test {
protected:
    void SetUp() override {
        set_capacity(plenty);
        SimulatedAccelerator::set_bandwidth(0);
        SimulatedAccelerator::set_flash_attention(true);
        SimulatedAccelerator::reset();
        before_ = counters().in_use;
    }
    void TearDown() override {
        set_capacity(plenty);
        EXPECT_EQ(counters().in_use, before_) << "something is left on the device";
    }

    static constexpr std::uint64_t plenty = std::uint64_t{1} << 40;

    static void set_capacity(std::uint64_t bytes) { SimulatedAccelerator::set_capacity(bytes); }
    static SimulatedAccelerator::Counters counters() { return SimulatedAccelerator::counters(); }

private:
    std::uint64_t before_ = 0;
};

}  // namespace easel::inference::testing
