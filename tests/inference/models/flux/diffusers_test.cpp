#include "inference/models/flux/diffusers.hpp"

#include "tests/support/inference/recorded_transformer.hpp"

namespace easel::inference {
namespace {

constexpr int64_t dim = 128;

TEST(FluxDiffusers, ProjectionsAreFusedAndHalvesExchanged) {
    const auto part = [](double value) { return at::full({dim, 4}, value); };
    const TensorMap network = flux::from_diffusers({{"x_embedder.weight", at::zeros({dim, 64})},
                                                    {"transformer_blocks.0.attn.add_q_proj.weight", part(4)},
                                                    {"transformer_blocks.0.attn.add_k_proj.weight", part(5)},
                                                    {"transformer_blocks.0.attn.add_v_proj.weight", part(6)},
                                                    {"transformer_blocks.0.attn.norm_added_k.weight", at::ones({dim})},
                                                    {"norm_out.linear.bias", at::arange(4, at::kFloat)}});
    EXPECT_TRUE(network.contains("img_in.weight"));
    EXPECT_TRUE(network.contains("double_blocks.0.txt_attn.norm.key_norm.weight"));
    const Tensor& qkv = network.at("double_blocks.0.txt_attn.qkv.weight");
    ASSERT_EQ(qkv.sizes(), at::IntArrayRef({3 * dim, 4}));
    EXPECT_EQ(qkv[0][0].item<float>(), 4.0f);
    EXPECT_EQ(qkv[dim][0].item<float>(), 5.0f);
    EXPECT_EQ(qkv[2 * dim][0].item<float>(), 6.0f);
    EXPECT_TRUE(network.at("final_layer.adaLN_modulation.1.bias").equal(at::tensor({2.0f, 3.0f, 0.0f, 1.0f})));
}

TEST(FluxDiffusers, OtherFilesAreLeftAlone) {
    EXPECT_TRUE(flux::from_diffusers({{"img_in.weight", at::zeros({dim, 64})}}).empty());
    EXPECT_TRUE(flux::from_diffusers({{"x_embedder.weight", at::zeros({dim, 64})}}).empty());
}

TEST(FluxDiffusers, LoraFilesNameModulesInFourWays) {
    const LoraKeys names = flux::lora_names(testing::RecordedTransformer("flux").weights());
    const std::string qkv = "double_blocks.0.img_attn.qkv.weight";
    EXPECT_EQ(names.at("lora_unet_double_blocks_0_img_attn_qkv").key, qkv);
    EXPECT_EQ(names.at("diffusion_model.double_blocks.0.img_attn.qkv").key, qkv);
    for (const char* name :
         {"transformer.transformer_blocks.0.attn.to_k", "transformer_blocks.0.attn.to_k",
          "lycoris_transformer_blocks_0_attn_to_k", "lora_transformer_transformer_blocks_0_attn_to_k"}) {
        const LoraTarget& target = names.at(name);
        EXPECT_EQ(target.key, qkv);
        ASSERT_TRUE(target.slice);
        EXPECT_EQ(target.slice->start, dim);
        EXPECT_EQ(target.slice->length, dim);
    }
    EXPECT_EQ(names.at("diffusion_model.single_blocks.0.linear1_qkv").slice->length, 3 * dim);
    EXPECT_TRUE(names.at("transformer.norm_out.linear").swapped_halves);
}

}  // namespace
}  // namespace easel::inference
