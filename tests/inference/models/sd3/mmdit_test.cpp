#include "inference/models/sd3/mmdit.hpp"

#include "base/error.hpp"
#include "tests/support/inference/recorded_transformer.hpp"

namespace easel::inference {
namespace {

using testing::float_tolerance;
using testing::RecordedTransformer;

double error_of(const std::string& name) {
    const RecordedTransformer recorded(name, "joint_transformers.json");
    return recorded.error(sd3::Mmdit(recorded.weights()).predict(recorded.input()));
}

TEST(Mmdit, ComputesTheReferencesOutput) { EXPECT_LT(error_of("sd3_first"), float_tolerance); }

TEST(Mmdit, NormalisesQueriesAndAttendsTwice) { EXPECT_LT(error_of("sd3_medium"), float_tolerance); }

TEST(Mmdit, RefusesPicturesBeyondItsPositions) {
    const RecordedTransformer recorded("sd3_first", "joint_transformers.json");
    const sd3::Mmdit network(recorded.weights());
    NetworkInput input = recorded.input();
    input.x = at::zeros({2, 16, 4, 18});
    EXPECT_THROW(network.predict(input), UserError);
}

TEST(Mmdit, KnowsPartsOfItsWeightsByDiffusersNames) {
    const RecordedTransformer recorded("sd3_medium", "joint_transformers.json");
    const LoraKeys names = sd3::Mmdit(recorded.weights()).lora_keys();
    const LoraTarget& values = names.at("transformer.transformer_blocks.0.attn.to_v");
    EXPECT_EQ(values.key, "joint_blocks.0.x_block.attn.qkv.weight");
    ASSERT_TRUE(values.slice);
    EXPECT_EQ(values.slice->start, 128);
    EXPECT_TRUE(names.at("base_model.model.transformer_blocks.0.norm1_context.linear").swapped_halves);
    EXPECT_TRUE(names.contains("lora_unet_joint_blocks_0_x_block_mlp_fc1"));
}

}  // namespace
}  // namespace easel::inference
