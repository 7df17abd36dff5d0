// Every family whose output has been recorded, on a device that refuses tensors of the processor: as whole models and
// with their blocks passing through.
#include "inference/models/detect.hpp"
#include "tests/support/inference/on_accelerator.hpp"
#include "tests/support/inference/recorded_transformer.hpp"

namespace easel::inference {
namespace {

using testing::accelerator_memory;
using testing::on_accelerator;
using testing::RecordedTransformer;

struct Case {
    const char* name;
    const char* file;
};

void PrintTo(const Case& one, std::ostream* out) { *out << one.name; }

class DeviceFamilies : public testing::AcceleratorTest, public ::testing::WithParamInterface<Case> {
protected:
    static std::unique_ptr<DiffusionModel> build(const Weights& weights) {
        Families families;
        register_families(families);
        TensorMap tensors;
        for (const auto& entry : weights.table()->entries())
            tensors.emplace(entry.key, entry.stored);
        const Family* family = match_family(families, tensors);
        return family == nullptr ? nullptr : family->build(weights);
    }
};

TEST_P(DeviceFamilies, ComputeOnTheAcceleratorWhatTheyComputeOnTheProcessor) {
    const RecordedTransformer recorded(GetParam().name, GetParam().file);
    NetworkInput input = recorded.input();
    if (std::string(GetParam().name) == "hidream") input.extra["conditioning_llama3"] = recorded.extra();
    const auto on_cpu = build(recorded.weights());
    ASSERT_NE(on_cpu, nullptr);
    const Tensor expected = on_cpu->predict(input);
    for (const WeightMode mode : {WeightMode::shared, WeightMode::streamed}) {
        const auto memory = accelerator_memory({.mode = mode, .reserve = 0});
        const auto network = build(on_accelerator(recorded.weights(), memory));
        const Tensor output = network->predict(on_accelerator(input));
        EXPECT_EQ(output.device(), testing::SimulatedAccelerator::device());
        EXPECT_LT(testing::relative_error(output.to(at::kCPU), expected), testing::float_tolerance);
    }
}

constexpr const char *transformers = "transformers.json", *joint = "joint_transformers.json";

INSTANTIATE_TEST_SUITE_P(Recorded, DeviceFamilies,
                         ::testing::Values(Case{"flux", transformers}, Case{"flux_references", transformers},
                                           Case{"flux2", transformers}, Case{"chroma", transformers},
                                           Case{"radiance", transformers}, Case{"lumina", transformers},
                                           Case{"z_image", transformers}, Case{"sd3_medium", joint},
                                           Case{"aura_flow", joint}, Case{"hidream", joint},
                                           Case{"pixart_sigma", joint}),
                         [](const auto& one) { return std::string(one.param.name); });

}  // namespace
}  // namespace easel::inference
