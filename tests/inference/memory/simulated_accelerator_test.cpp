#include "inference/memory/device.hpp"
#include "tests/support/inference/on_accelerator.hpp"
#include "tests/support/inference/recorded.hpp"

namespace easel::inference {
namespace {

using testing::SimulatedAccelerator;

class SimulatedAcceleratorTest : public testing::AcceleratorTest {};

TEST_F(SimulatedAcceleratorTest, ComputesAsTheProcessorDoes) {
    const at::Device device = SimulatedAccelerator::device();
    const Tensor x = at::arange(24, at::kFloat).view({2, 3, 4}) / 7.0;
    const Tensor w = at::arange(20, at::kFloat).view({5, 4}) / 9.0;
    const auto result = [](const Tensor& a, const Tensor& b) {
        Tensor y = at::silu(at::linear(a, b)).transpose(1, 2);
        y.narrow(1, 0, 2).add_(1.0);
        return at::cat({y, y * 2.0}, 1).chunk(2, 1)[1].contiguous();
    };
    const Tensor ours = result(x.to(device), w.to(device));
    EXPECT_EQ(ours.device(), device);
    EXPECT_TRUE(at::allclose(ours.to(at::kCPU), result(x, w)));
}

TEST_F(SimulatedAcceleratorTest, ThrowsWhatCudaThrowsWhenItIsFull) {
    set_capacity(counters().in_use + 4096);
    const auto options = at::TensorOptions(at::kByte).device(SimulatedAccelerator::device());
    const Tensor half = at::empty({2048}, options);
    EXPECT_THROW(at::empty({4096}, options), c10::OutOfMemoryError);
    try {
        at::zeros({4096}, options);
        FAIL();
    } catch (const std::exception& error) {
        EXPECT_TRUE(is_out_of_memory(error));
    }
    EXPECT_EQ(device_state(SimulatedAccelerator::device()).free, 2048U);
}

TEST_F(SimulatedAcceleratorTest, CountsWhatTravels) {
    const Tensor x = at::ones({256}).to(SimulatedAccelerator::device());
    EXPECT_EQ(counters().to_device, 1024U);
    EXPECT_EQ((x + x).to(at::kCPU).sum().item<float>(), 512.0F);
    EXPECT_EQ(counters().from_device, 1024U);
}

TEST_F(SimulatedAcceleratorTest, RefusesTensorsOfTheProcessor) {
    const Tensor x = at::ones({4}).to(SimulatedAccelerator::device());
    EXPECT_THROW(at::add(x, at::ones({4})), c10::Error);
    EXPECT_NO_THROW(at::add(x, at::scalar_tensor(2.0)));
}

}  // namespace
}  // namespace easel::inference
