#include "inference/text/text_lora_keys.hpp"

#include <gtest/gtest.h>

namespace easel::inference {
namespace {

LoraKeys names_of(const std::vector<std::string>& keys) {
    TensorMap tensors;
    for (const auto& key : keys)
        tensors[key] = at::ones(1);
    return text_lora_keys(Weights(std::make_shared<WeightTable>(std::move(tensors), WeightTable::Settings{})));
}

const std::string layer = "text_model.encoder.layers.3.mlp.fc1";

TEST(TextLoraKeys, NameAClipByItsPlace) {
    const std::string l = "clip_l." + layer + ".weight", g = "clip_g." + layer + ".weight";
    const auto both = names_of({l, g, "clip_g.text_projection.weight"});
    EXPECT_EQ(both.at("lora_te_text_model_encoder_layers_3_mlp_fc1").key, l);
    EXPECT_EQ(both.at("lora_te1_text_model_encoder_layers_3_mlp_fc1").key, l);
    EXPECT_EQ(both.at("text_encoder." + layer).key, l);
    EXPECT_EQ(both.at("text_encoders.clip_l.transformer." + layer).key, l);
    EXPECT_EQ(both.at("lora_te2_text_model_encoder_layers_3_mlp_fc1").key, g);
    EXPECT_EQ(both.at("text_encoder_2." + layer).key, g);
    EXPECT_EQ(both.at("lora_te2_text_projection").key, "clip_g.text_projection.weight");
    const auto alone = names_of({g});
    EXPECT_EQ(alone.at("lora_te_text_model_encoder_layers_3_mlp_fc1").key, g);
    EXPECT_FALSE(alone.contains("lora_te2_text_model_encoder_layers_3_mlp_fc1"));
}

TEST(TextLoraKeys, NumberT5BehindTheClips) {
    const std::string t5 = "t5xxl.encoder.block.0.layer.0.SelfAttention.q.weight";
    const std::string flat = "encoder_block_0_layer_0_SelfAttention_q";
    const std::string l = "clip_l." + layer + ".weight", g = "clip_g." + layer + ".weight";
    EXPECT_EQ(names_of({t5}).at("lora_te1_" + flat).key, t5);
    const auto flux = names_of({l, t5});
    EXPECT_EQ(flux.at("lora_te2_" + flat).key, t5);
    EXPECT_EQ(flux.at("lora_te3_" + flat).key, t5);
    const auto sd3 = names_of({l, g, t5});
    EXPECT_EQ(sd3.at("lora_te3_" + flat).key, t5);
    EXPECT_FALSE(sd3.contains("lora_te2_" + flat));
    EXPECT_EQ(sd3.at("text_encoders.transformer.encoder.block.0.layer.0.SelfAttention.q").key, t5);
}

TEST(TextLoraKeys, LeaveTheStemOfALoneLanguageModelOut) {
    const std::string key = "qwen3_06b.model.layers.1.self_attn.q_proj.weight";
    EXPECT_EQ(names_of({key}).at("lora_te_layers_1_self_attn_q_proj").key, key);
}

}  // namespace
}  // namespace easel::inference
