#include "inference/models/hunyuan_video/names.hpp"

#include <gtest/gtest.h>

namespace easel::inference {
namespace {

// A network of these tensors, whatever their values.
TensorMap network_of(std::initializer_list<std::string_view> keys) {
    TensorMap tensors{{"txt_in.individual_token_refiner.blocks.0.norm1.weight", at::zeros({1})}};
    for (const std::string_view key : keys)
        tensors.emplace(key, at::zeros({1}));
    return tensors;
}

TEST(HunyuanNames, AreTencentsTurnedIntoFluxs) {
    const TensorMap renamed = hunyuan_video::from_original(network_of({
        "double_blocks.3.img_attn_qkv.weight",
        "double_blocks.3.txt_attn_q_norm.weight",
        "double_blocks.3.img_mlp.fc2.bias",
        "single_blocks.0.modulation.linear.weight",
        "single_blocks.0.k_norm.weight",
        "txt_in.c_embedder.linear_1.bias",
        "txt_in.individual_token_refiner.blocks.0.self_attn_proj.weight",
        "time_in.mlp.0.weight",
    }));
    for (const char* key :
         {"double_blocks.3.img_attn.qkv.weight", "double_blocks.3.txt_attn.norm.query_norm.weight",
          "double_blocks.3.img_mlp.2.bias", "single_blocks.0.modulation.lin.weight",
          "single_blocks.0.norm.key_norm.weight", "txt_in.c_embedder.in_layer.bias",
          "txt_in.individual_token_refiner.blocks.0.self_attn.proj.weight", "time_in.in_layer.weight"})
        EXPECT_TRUE(renamed.contains(key)) << key;
}

TEST(HunyuanNames, LeaveOtherNetworksAlone) {
    EXPECT_TRUE(hunyuan_video::from_original({{"double_blocks.0.img_attn_qkv.weight", at::zeros({1})}}).empty());
}

TEST(HunyuanNames, OfLorasMayBeTencents) {
    const TensorMap tensors = network_of({"double_blocks.0.img_attn.qkv.weight"});
    const Weights weights(std::make_shared<WeightTable>(tensors, WeightTable::Settings{}));
    EXPECT_TRUE(hunyuan_video::lora_names(weights).contains("transformer.double_blocks.0.img_attn_qkv"));
}

}  // namespace
}  // namespace easel::inference
