#include "inference/models/chroma/chroma.hpp"

#include "inference/models/chroma/radiance.hpp"
#include "tests/support/inference/recorded_transformer.hpp"

namespace easel::inference {
namespace {

using testing::float_tolerance;
using testing::RecordedTransformer;

template <class Network>
double error_of(const std::string& name) {
    const RecordedTransformer recorded(name);
    return recorded.error(Network(recorded.weights()).predict(recorded.input()));
}

TEST(Chroma, ComputesTheReferencesOutput) { EXPECT_LT(error_of<chroma::Chroma>("chroma"), float_tolerance); }

TEST(Radiance, ComputesTheReferencesOutput) { EXPECT_LT(error_of<chroma::Radiance>("radiance"), float_tolerance); }

TEST(Radiance, PredictsPicturesWithTextInSequence) {
    EXPECT_LT(error_of<chroma::Radiance>("radiance_picture"), float_tolerance);
}

}  // namespace
}  // namespace easel::inference
