// A model many times larger than its device: blocks that fit stay, the others pass through.
#include "inference/models/flux/flux.hpp"
#include "inference/patches/patch.hpp"
#include "tests/support/inference/on_accelerator.hpp"
#include "tests/support/inference/recorded_transformer.hpp"

#include <ATen/CPUGeneratorImpl.h>
#include <gmock/gmock.h>

#include <cmath>
#include <optional>

namespace easel::inference {
namespace {

using testing::accelerator_memory;
using testing::on_accelerator;
using testing::SimulatedAccelerator;

constexpr int steps = 3;
// What travels beside weights, in the first run of a network.
constexpr std::size_t position_tables = 8192;

// Flux as recorded, with more blocks: about 60 MB.
Weights many_blocks() {
    const nlohmann::json recorded = testing::recorded("transformers.json")["flux"]["shapes"];
    TensorMap tensors;
    at::Generator generator = at::detail::createCPUGenerator(7);
    for (const auto& [name, shape] : recorded.items()) {
        const auto sizes = shape.get<std::vector<int64_t>>();
        const double width = sizes.size() > 1 ? 1.0 / std::sqrt(static_cast<double>(sizes[1])) : 0.1;
        const bool is_double = name.starts_with("double_blocks.0."), is_single = name.starts_with("single_blocks.0.");
        const std::string rest = is_double || is_single ? name.substr(16) : "";
        for (int i = 0; i < (is_double ? 14 : is_single ? 28 : 1); ++i)
            tensors[rest.empty() ? name : name.substr(0, 14) + std::to_string(i) + "." + rest] =
                at::empty(sizes).uniform_(-width, width, generator);
    }
    return Weights(std::make_shared<WeightTable>(std::move(tensors), WeightTable::Settings{}));
}

class AddSmall final : public Patch {
public:
    Tensor apply(Tensor weight, double strength) const override { return weight.add_(0.01 * strength); }
};

class StreamingTest : public testing::AcceleratorTest {
protected:
    struct Run {
        std::vector<Tensor> outputs;
        SimulatedAccelerator::Counters counted;
    };

    // Runs as a sampler would: under one lease, with the patches put in force before every step.
    static Run run(const flux::Flux& network, WeightTable& table, std::size_t activations,
                   const std::shared_ptr<const PatchSet>& patches = nullptr) {
        const NetworkInput input = on_accelerator(testing::RecordedTransformer("flux").input());
        SimulatedAccelerator::reset();
        Run result;
        const Lease lease({&table}, activations);
        for (int step = 0; step < steps; ++step) {
            table.use(patches);
            result.outputs.push_back(network.predict(input).to(at::kCPU));
        }
        result.counted = counters();
        return result;
    }

    static void expect_same(const std::vector<Tensor>& outputs, const std::vector<Tensor>& expected) {
        ASSERT_EQ(outputs.size(), expected.size());
        for (std::size_t i = 0; i < outputs.size(); ++i)
            EXPECT_TRUE(outputs[i].equal(expected[i])) << "step " << i;
    }

    const Weights stored_ = many_blocks();
};

TEST_F(StreamingTest, RunsAModelTenTimesTheBudgetWithTheSameResult) {
    std::size_t whole = 0, largest = 0, activations = 0;
    std::optional<Run> free;
    {
        const Weights w = on_accelerator(stored_, accelerator_memory());
        const flux::Flux network(w);
        free = run(network, *w.table(), 0);
        whole = w.table()->resident_bytes();
        activations = free->counted.peak - whole;
        EXPECT_EQ(free->counted.to_device, whole + position_tables);
    }
    for (const auto& entry : stored_.table()->entries())
        if (entry.key.starts_with("double_blocks.0.")) largest += entry.stored.nbytes();

    const std::size_t in_use = counters().in_use, budget = whole / 10;
    set_capacity(in_use + budget);
    const Weights w = on_accelerator(stored_, accelerator_memory());
    const flux::Flux network(w);
    const Run tight = run(network, *w.table(), activations);
    expect_same(tight.outputs, free->outputs);
    EXPECT_LE(tight.counted.peak, in_use + budget);
    EXPECT_EQ(tight.counted.refused, 0U);

    // In every step but the first, no more travels than what does not fit beside two blocks that pass through.
    const std::size_t for_weights = budget - activations, staying = for_weights - 2 * largest;
    const std::size_t first = tight.counted.to_device - position_tables;
    EXPECT_LE(first, whole + (steps - 1) * (whole - (staying - largest)));
    EXPECT_GE(first, whole + (steps - 1) * (whole - for_weights));
    // And most of it while the device computes: all but the first blocks of the first step.
    EXPECT_GT(tight.counted.to_device_aside, tight.counted.to_device * 3 / 4);

    const Run again = run(network, *w.table(), activations);
    EXPECT_EQ(again.counted.to_device, (first - whole) / (steps - 1) * steps) << "what stays is there already";
    expect_same(again.outputs, free->outputs);
}

TEST_F(StreamingTest, EveryBlockThatPassesThroughTravelsOnceAStep) {
    const Weights w = on_accelerator(stored_, accelerator_memory({.mode = WeightMode::streamed, .reserve = 0}));
    const flux::Flux network(w);
    std::size_t whole = 0;
    for (const auto& entry : stored_.table()->entries())
        whole += entry.stored.nbytes();
    EXPECT_EQ(run(network, *w.table(), 0).counted.to_device, steps * whole + position_tables);
}

TEST_F(StreamingTest, CopiesTheNextBlockWhileOneComputes) {
    const Weights w = on_accelerator(stored_, accelerator_memory({.mode = WeightMode::streamed, .reserve = 0}));
    const flux::Flux network(w);
    run(network, *w.table(), 0);
    const auto counted = run(network, *w.table(), 0).counted;
    EXPECT_EQ(counted.to_device_aside, counted.to_device);
}

TEST_F(StreamingTest, PatchedWeightsPassThroughAsTheyStay) {
    const auto patch = std::make_shared<const AddSmall>();
    const auto patches = PatchSet::with(nullptr, {{"double_blocks.1.img_attn.qkv.weight", {patch, 1.0}},
                                                  {"single_blocks.5.linear2.weight", {patch, 2.0}}});
    std::vector<Tensor> expected;
    {
        const Weights w = on_accelerator(stored_, accelerator_memory());
        expected = run(flux::Flux(w), *w.table(), 0, patches).outputs;
    }
    const Weights w = on_accelerator(stored_, accelerator_memory({.mode = WeightMode::streamed, .reserve = 0}));
    const flux::Flux network(w);
    const auto plain = run(network, *w.table(), 0).outputs;
    expect_same(run(network, *w.table(), 0, patches).outputs, expected);
    EXPECT_FALSE(plain.front().equal(expected.front()));
    expect_same(run(network, *w.table(), 0).outputs, plain);
}

TEST_F(StreamingTest, AnInterruptedStepLeavesAModelThatRuns) {
    const Weights w = on_accelerator(stored_, accelerator_memory({.mode = WeightMode::streamed, .reserve = 0}));
    const flux::Flux network(w);
    const auto expected = run(network, *w.table(), 0).outputs;
    set_capacity(counters().in_use + (std::uint64_t{1} << 20));
    EXPECT_THROW(run(network, *w.table(), 0), c10::OutOfMemoryError);
    set_capacity(plenty);
    expect_same(run(network, *w.table(), 0).outputs, expected);
    w.table()->unload();
    EXPECT_EQ(w.table()->resident_bytes(), 0U);
    expect_same(run(network, *w.table(), 0).outputs, expected);
}

TEST(UnitNames, AreThePathsOfNumberedBlocksAndOfSingleLayers) {
    const std::vector<std::string> keys = {"blocks.0.a.weight", "blocks.0.b.0.weight", "blocks.10.a.weight",
                                           "final.bias",        "final.weight",        "scale"};
    const auto names = unit_names(keys, std::vector<std::size_t>(keys.size(), 0));
    std::vector<std::string> paths;
    for (const UnitName& name : names)
        paths.push_back(name.path);
    EXPECT_THAT(paths, ::testing::ElementsAre("blocks.0.", "blocks.0.", "blocks.10.", "final.", "final.", "scale"));
    EXPECT_EQ(names[2].list, "blocks.");
    EXPECT_EQ(names[2].place, 10);
}

TEST(UnitNames, LargeBlocksFallApartAtTheNextNumber) {
    std::vector<std::string> keys;
    for (int block = 0; block < 10; ++block)
        keys.push_back("in.7.1.blocks." + std::to_string(block) + ".weight");
    keys.push_back("in.7.1.proj.weight");
    keys.push_back("in.8.weight");
    const auto names = unit_names(keys, std::vector<std::size_t>(keys.size(), 10));
    EXPECT_EQ(names[3].path, "in.7.1.blocks.3.");
    EXPECT_EQ(names[3].list, "in.7.1.blocks.");
    EXPECT_EQ(names[10].path, "in.7.1.proj.");
    EXPECT_EQ(names[11].path, "in.8.");
}

}  // namespace
}  // namespace easel::inference
