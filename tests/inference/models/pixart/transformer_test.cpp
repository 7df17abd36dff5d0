#include "inference/models/pixart/transformer.hpp"

#include "tests/support/inference/recorded_transformer.hpp"

namespace easel::inference {
namespace {

using testing::float_tolerance;
using testing::RecordedTransformer;

TEST(PixArt, ComputesTheReferencesOutput) {
    const RecordedTransformer recorded("pixart_sigma", "joint_transformers.json");
    EXPECT_LT(recorded.error(pixart::Transformer(recorded.weights()).predict(recorded.input())), float_tolerance);
}

TEST(PixArt, IsToldTheSizeOfThePicture) {
    const RecordedTransformer recorded("pixart_alpha", "joint_transformers.json");
    NetworkInput input = recorded.input();
    input.vector = at::tensor({512.0f, 1024.0f, 0.5f}).unsqueeze(0);
    EXPECT_LT(recorded.error(pixart::Transformer(recorded.weights()).predict(input)), float_tolerance);
}

}  // namespace
}  // namespace easel::inference
