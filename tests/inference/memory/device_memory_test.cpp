#include "inference/memory/device_memory.hpp"

#include "base/error.hpp"
#include "inference/layers/linear.hpp"
#include "inference/layers/split_attention.hpp"
#include "tests/support/inference/on_accelerator.hpp"

#include <gmock/gmock.h>

namespace easel::inference {
namespace {

using testing::accelerator_memory;
using testing::SimulatedAccelerator;

constexpr std::size_t kilobyte = 1024;
constexpr std::size_t block_bytes = 64 * 64 * sizeof(float);

// Linear layers of 64 channels, one after the other.
struct Chain {
    Weights weights;
    std::vector<Linear> layers;

    Chain(const std::shared_ptr<DeviceMemory>& memory, int count, const std::string& name = "chain")
        : weights(make(memory, count, name)) {
        for (int i = 0; i < count; ++i)
            layers.emplace_back(weights / "layers" / i);
    }

    static Weights make(const std::shared_ptr<DeviceMemory>& memory, int count, const std::string& name) {
        TensorMap tensors;
        for (int i = 0; i < count; ++i)
            tensors["layers." + std::to_string(i) + ".weight"] = at::eye(64) * (1.0 + 0.1 * i);
        return Weights(std::make_shared<WeightTable>(
            std::move(tensors), WeightTable::Settings{.origin = name, .device = memory->device(), .memory = memory}));
    }

    WeightTable* table() const { return weights.table().get(); }
    std::size_t resident() const { return table()->resident_bytes(); }
    std::size_t whole() const { return layers.size() * block_bytes; }

    Tensor run(std::size_t activations = 0) const {
        const Lease lease({table()}, activations);
        return with_room(table(), [&] { return forward(); });
    }
    Tensor forward() const {
        table()->use(nullptr);
        Tensor x = at::ones({1, 64}).to(table()->settings().device);
        for (const Linear& layer : layers)
            x = layer(x);
        return x.to(at::kCPU);
    }
};

class DeviceMemoryTest : public testing::AcceleratorTest {
protected:
    // A device with room for so many blocks beside some activations.
    void set_blocks(std::size_t blocks) { set_capacity(counters().in_use + blocks * block_bytes + 8 * kilobyte); }

    std::shared_ptr<DeviceMemory> memory_ = accelerator_memory();
};

TEST_F(DeviceMemoryTest, WhatFitsStays) {
    const Chain model(memory_, 4);
    set_blocks(6);
    model.run(4 * kilobyte);
    EXPECT_EQ(model.resident(), model.whole());
    SimulatedAccelerator::reset();
    model.run(4 * kilobyte);
    EXPECT_LE(counters().to_device, kilobyte) << "only the input travels";
}

TEST_F(DeviceMemoryTest, TheModelUsedLongestAgoMakesRoomFirst) {
    const Chain text(memory_, 4, "text"), network(memory_, 4, "network"), vae(memory_, 2, "vae");
    set_blocks(8);
    text.run(4 * kilobyte);
    network.run(4 * kilobyte);
    EXPECT_EQ(text.resident(), text.whole());
    vae.run(4 * kilobyte);
    EXPECT_EQ(text.resident(), text.whole() / 2) << "no more than is needed";
    EXPECT_EQ(network.resident(), network.whole());
    text.run(4 * kilobyte);
    EXPECT_LT(network.resident(), network.whole());
    EXPECT_EQ(vae.resident(), vae.whole());
}

TEST_F(DeviceMemoryTest, WhatIsLeasedStays) {
    const Chain network(memory_, 4, "network"), other(memory_, 6, "other");
    set_blocks(8);
    const Lease lease({network.table()}, 0);
    network.forward();
    const Tensor result = other.run();
    EXPECT_EQ(network.resident(), network.whole());
    EXPECT_LE(counters().peak, 8 * block_bytes + 8 * kilobyte);
    set_capacity(plenty);
    EXPECT_TRUE(result.equal(Chain(memory_, 6).run()));
}

TEST_F(DeviceMemoryTest, ActivationsTakeRoomFromWeights) {
    const Chain model(memory_, 8);
    set_blocks(8);
    model.run(4 * kilobyte);
    EXPECT_EQ(model.resident(), model.whole());
    model.run(4 * block_bytes);
    EXPECT_LE(model.resident(), 4 * block_bytes);
    model.run(4 * kilobyte);
    EXPECT_EQ(model.resident(), model.whole()) << "it comes back when there is room again";
}

TEST_F(DeviceMemoryTest, TwoModelsThatDoNotFitTogetherTakeTurnsWithoutALeak) {
    const Chain first(memory_, 6, "first"), second(memory_, 6, "second");
    const Tensor expected = first.run();
    memory_->unload_all();
    set_blocks(8);
    SimulatedAccelerator::reset();
    std::uint64_t after_warm_up = 0;
    for (int turn = 0; turn < 1000; ++turn) {
        ASSERT_TRUE(first.run(4 * kilobyte).equal(expected));
        ASSERT_TRUE(second.run(4 * kilobyte).equal(expected));
        if (turn == 2) after_warm_up = counters().in_use;
    }
    EXPECT_EQ(counters().in_use, after_warm_up);
    EXPECT_EQ(counters().refused, 0U);
    // In each turn only what the other one had to give up comes back: four of its six blocks.
    EXPECT_LE(counters().to_device, 2000 * (4 * block_bytes + kilobyte) + 4 * block_bytes);
}

TEST_F(DeviceMemoryTest, RunningOutMakesRoomAndTriesAgain) {
    const Chain idle(memory_, 3, "idle"), model(memory_, 4, "model");
    set_blocks(8);
    idle.run(4 * kilobyte);
    model.run(4 * kilobyte);
    EXPECT_EQ(idle.resident(), idle.whole());
    int attempts = 0;
    // Takes what nobody announced.
    const auto hungry = [&] {
        ++attempts;
        const Tensor spike = at::empty({static_cast<int64_t>(3 * block_bytes)},
                                       at::TensorOptions(at::kByte).device(SimulatedAccelerator::device()));
        return model.forward();
    };
    const Lease lease({model.table()}, 4 * kilobyte);
    EXPECT_NO_THROW(with_room(model.table(), hungry));
    EXPECT_EQ(attempts, 2);
    EXPECT_EQ(idle.resident(), 0U);
    EXPECT_EQ(model.resident(), model.whole());
}

TEST_F(DeviceMemoryTest, RunningOutWithNothingIdleLetsBlocksPassThrough) {
    const Chain model(memory_, 6);
    set_blocks(7);
    const Tensor expected = model.run(4 * kilobyte);
    const Lease lease({model.table()}, 4 * kilobyte);
    const Tensor result = with_room(model.table(), [&] {
        const Tensor spike = at::empty({static_cast<int64_t>(3 * block_bytes)},
                                       at::TensorOptions(at::kByte).device(SimulatedAccelerator::device()));
        return model.forward();
    });
    EXPECT_TRUE(result.equal(expected));
    EXPECT_LT(model.resident(), model.whole());
}

TEST_F(DeviceMemoryTest, WhatCannotFitIsAnErrorThatSaysWhyAndHarmsNobodyElse) {
    const Chain model(memory_, 4, "large.safetensors");
    set_blocks(6);
    const Tensor expected = model.run(4 * kilobyte);
    try {
        with_room(model.table(), [&] {
            return at::empty({static_cast<int64_t>(100 * block_bytes)},
                             at::TensorOptions(at::kByte).device(SimulatedAccelerator::device()));
        });
        FAIL();
    } catch (const OutOfMemory& error) {
        EXPECT_THAT(error.what(), ::testing::HasSubstr("not enough memory of privateuseone:0"));
        EXPECT_THAT(error.what(), ::testing::HasSubstr("models hold"));
        EXPECT_EQ(error.type(), "OutOfMemoryError");
    }
    EXPECT_TRUE(model.run(4 * kilobyte).equal(expected));
}

TEST_F(DeviceMemoryTest, OtherErrorsAreNotTriedAgain) {
    const Chain model(memory_, 2);
    int attempts = 0;
    EXPECT_THROW(with_room(model.table(), [&]() -> int { throw UserError("no" + std::to_string(++attempts)); }),
                 UserError);
    EXPECT_EQ(attempts, 1);
}

TEST_F(DeviceMemoryTest, TheReserveIsLeftToOthers) {
    set_capacity(counters().in_use + 100 * block_bytes);
    const auto memory = accelerator_memory({.reserve = 96 * block_bytes});
    EXPECT_EQ(memory->room_for_weights(), 4 * block_bytes);
    const Chain model(memory, 8);
    model.run(block_bytes);
    EXPECT_LE(model.resident(), 3 * block_bytes);
}

TEST_F(DeviceMemoryTest, ModelsStayWholeWhenThatIsAskedFor) {
    const auto memory = accelerator_memory({.mode = WeightMode::all_resident, .reserve = 0});
    const Chain first(memory, 4, "first"), second(memory, 6, "second");
    set_blocks(8);
    first.run();
    second.run();  // runs out of memory, for which the other one is given up
    EXPECT_EQ(second.resident(), second.whole());
    EXPECT_EQ(first.resident(), 0U);
}

TEST_F(DeviceMemoryTest, TheProcessorsMemoryIsCappedToo) {
    const auto chain = [](std::optional<std::uint64_t> cap) {
        return std::make_shared<DeviceMemory>(at::kCPU, MemoryOptions{.max_ram = cap});
    };
    const auto make = [](const std::shared_ptr<DeviceMemory>& memory) {
        TensorMap tensors;
        for (int i = 0; i < 32; ++i)
            tensors["layers." + std::to_string(i) + ".weight"] = (at::eye(64) * (1.0 + 0.1 * i)).to(at::kHalf);
        return Weights(std::make_shared<WeightTable>(std::move(tensors), WeightTable::Settings{.memory = memory}));
    };
    const auto run = [](const Weights& w) {
        const Lease lease({w.table().get()}, 0);
        Tensor x = at::ones({1, 64});
        for (int i = 0; i < 32; ++i)
            x = Linear(w / "layers" / i)(x);
        return x;
    };
    const Weights free = make(chain(std::nullopt)), capped = make(chain(1));
    const Tensor expected = run(free);
    EXPECT_EQ(free.table()->resident_bytes(), 32 * block_bytes);
    EXPECT_TRUE(run(capped).equal(expected));
    EXPECT_LE(capped.table()->resident_bytes(), 2 * block_bytes);
}

TEST_F(DeviceMemoryTest, AttentionTakesItsQueriesInPiecesWhereScoresDoNotFit) {
    const at::Device device = SimulatedAccelerator::device();
    SimulatedAccelerator::set_flash_attention(false);
    const Tensor q = at::rand({1, 4, 256, 16}), k = at::rand({1, 4, 256, 16}), v = at::rand({1, 4, 256, 16});
    const Tensor bias = at::rand({1, 1, 256, 256});
    const Tensor expected = at::scaled_dot_product_attention(q, k, v, bias);
    const Tensor on[] = {q.to(device), k.to(device), v.to(device), bias.to(device)};
    for (const std::uint64_t spare : {std::uint64_t{1} << 24, std::uint64_t{700} * kilobyte}) {
        set_capacity(counters().in_use + spare);
        SimulatedAccelerator::reset();
        const Tensor result = attention_as_memory_allows(on[0], on[1], on[2], on[3]).to(at::kCPU);
        EXPECT_TRUE(at::allclose(result, expected, 1e-5, 1e-6));
        EXPECT_EQ(counters().refused > 0, spare < (1U << 20));
        set_capacity(plenty);
    }
}

}  // namespace
}  // namespace easel::inference
