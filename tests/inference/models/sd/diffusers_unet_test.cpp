#include "inference/models/sd/diffusers_unet.hpp"

#include "inference/vae/diffusers_vae.hpp"

#include <gtest/gtest.h>

namespace easel::inference {
namespace {

TensorMap named(const std::vector<std::string>& names) {
    TensorMap tensors;
    for (const std::string& name : names)
        tensors.emplace(name, at::zeros({2, 2}));
    return tensors;
}

TEST(DiffusersUnet, CountsBlocksThroughAllLevels) {
    const TensorMap unet = sd::unet_from_diffusers(
        named({"conv_in.weight", "down_blocks.0.resnets.0.conv1.weight", "down_blocks.0.resnets.1.conv1.weight",
               "down_blocks.0.downsamplers.0.conv.weight", "down_blocks.1.resnets.0.conv2.weight",
               "down_blocks.1.attentions.0.proj_in.weight", "up_blocks.0.resnets.0.conv1.weight",
               "up_blocks.0.attentions.0.proj_in.weight", "up_blocks.0.upsamplers.0.conv.weight",
               "up_blocks.1.resnets.0.norm1.weight", "add_embedding.linear_2.bias"}));
    for (const char* key :
         {"input_blocks.0.0.weight", "input_blocks.2.0.in_layers.2.weight", "input_blocks.3.0.op.weight",
          "input_blocks.4.0.out_layers.3.weight", "input_blocks.4.1.proj_in.weight", "output_blocks.0.2.conv.weight",
          "output_blocks.1.0.in_layers.0.weight", "label_emb.0.2.bias"})
        EXPECT_TRUE(unet.contains(key)) << key;
}

TEST(DiffusersUnet, LeavesOtherFilesAlone) { EXPECT_TRUE(sd::unet_from_diffusers(named({"conv_in.weight"})).empty()); }

TEST(DiffusersVae, TurnsTheDecoderAndMakesConvolutionsOfLayers) {
    const TensorMap vae = kl_in_own_layout(
        named({"decoder.up_blocks.0.resnets.0.norm1.weight", "decoder.up_blocks.1.resnets.0.norm1.weight",
               "decoder.up_blocks.1.resnets.2.conv_shortcut.weight", "encoder.mid_block.attentions.0.to_q.weight",
               "encoder.down_blocks.1.downsamplers.0.conv.weight", "quant_conv.weight"}));
    for (const char* key : {"decoder.up.1.block.0.norm1.weight", "decoder.up.0.block.2.nin_shortcut.weight",
                            "encoder.down.1.downsample.conv.weight", "quant_conv.weight"})
        EXPECT_TRUE(vae.contains(key)) << key;
    EXPECT_EQ(vae.at("encoder.mid.attn_1.q.weight").dim(), 4);
}

}  // namespace
}  // namespace easel::inference
