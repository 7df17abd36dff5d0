#include "inference/models/aura_flow/transformer.hpp"

#include "tests/support/inference/recorded_transformer.hpp"

namespace easel::inference {
namespace {

using testing::float_tolerance;
using testing::RecordedTransformer;

// The picture is larger than the table of positions, which is stretched.
TEST(AuraFlow, ComputesTheReferencesOutput) {
    const RecordedTransformer recorded("aura_flow", "joint_transformers.json");
    EXPECT_LT(recorded.error(aura_flow::Transformer(recorded.weights()).predict(recorded.input())), float_tolerance);
}

}  // namespace
}  // namespace easel::inference
