#include "inference/models/lumina/next_dit.hpp"

#include "tests/support/inference/recorded_transformer.hpp"

namespace easel::inference {
namespace {

using testing::float_tolerance;
using testing::RecordedTransformer;

double error_of(const std::string& name) {
    const RecordedTransformer recorded(name);
    const lumina::NextDit network(recorded.weights());
    network.predict(recorded.input());  // the second run finds its tables made
    return recorded.error(network.predict(recorded.input()));
}

TEST(NextDit, ComputesLumina) { EXPECT_LT(error_of("lumina"), float_tolerance); }

TEST(NextDit, ComputesZImageWithPaddedSequences) { EXPECT_LT(error_of("z_image"), float_tolerance); }

}  // namespace
}  // namespace easel::inference
