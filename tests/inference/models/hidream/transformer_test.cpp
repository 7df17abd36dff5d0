#include "inference/models/hidream/transformer.hpp"

#include "tests/support/inference/recorded_transformer.hpp"

namespace easel::inference {
namespace {

using testing::float_tolerance;
using testing::RecordedTransformer;

TEST(Hidream, ComputesTheReferencesOutput) {
    const RecordedTransformer recorded("hidream", "joint_transformers.json");
    NetworkInput input = recorded.input();
    input.extra.emplace("conditioning_llama3", recorded.extra());
    EXPECT_LT(recorded.error(hidream::Transformer(recorded.weights()).predict(input)), float_tolerance);
}

}  // namespace
}  // namespace easel::inference
