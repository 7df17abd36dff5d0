#include "inference/patches/lora.hpp"

#include "base/error.hpp"
#include "inference/models/detect.hpp"
#include "inference/weights/safetensors.hpp"
#include "tests/support/inference/recorded.hpp"

#include <set>

namespace easel::inference {
namespace {

namespace fs = std::filesystem;

const TensorMap& recorded() {
    static const auto file = open_weights(fs::path(EASEL_TEST_DATA) / "inference" / "data" / "lora.safetensors");
    return file.tensors;
}

Tensor patched(const Lora& lora, const Tensor& start, const std::string& key, double strength) {
    const LoraKeys names{{"m", "m.weight"}};
    const Weights w(std::make_shared<WeightTable>(TensorMap{{key, start}}, WeightTable::Settings{}));
    w.table()->use(PatchSet::with(nullptr, lora.patches_for(names, strength)));
    return w[key].as(at::kFloat);
}

TEST(Lora, ChangesWeightsAsTheReferenceDoes) {
    std::set<std::string> cases;
    for (const auto& [key, tensor] : recorded())
        cases.insert(key.substr(0, key.find('/')));
    EXPECT_EQ(cases.size(), 25U);
    int compared = 0;
    for (const auto& name : cases) {
        const Lora lora(part_of(recorded(), name + "/lora/"), name);
        for (const std::string key : {"m.weight", "m.bias"}) {
            const Tensor start = recorded().at(name + "/" + key);
            for (const std::string strength : {"1.0", "-0.7"}) {
                const auto expected = recorded().find(name + "/" + key + "/" + strength);
                const Tensor actual = patched(lora, start, key, std::stod(strength));
                const Tensor wanted = expected == recorded().end() ? start : expected->second;
                EXPECT_LT(testing::relative_error(actual, wanted), 1e-6) << name << " " << key << " " << strength;
                ++compared;
            }
        }
    }
    EXPECT_EQ(compared, 100);
}

TEST(Lora, IsRefusedWhenNothingInItIsAChange) {
    EXPECT_THROW(Lora({{"model.weight", at::ones(1)}}, "checkpoint.safetensors"), ModelError);
}

TEST(Lora, NamesTheModulesThatNobodyHas) {
    const Lora lora({{"a.diff", at::ones(1)}, {"b.diff", at::ones(1)}, {"c.diff", at::ones(1)}}, "l");
    EXPECT_EQ(lora.unused({{"a", "a.weight"}}, {{"c", "c.weight"}}), std::vector<std::string>{"b.diff"});
}

// A UNet of two levels with one residual block each, keys only.
Weights small_unet() {
    TensorMap tensors;
    const auto add = [&](const std::string& module) { tensors[module + ".weight"] = at::ones(1); };
    for (const char* module :
         {"input_blocks.0.0", "input_blocks.1.0.in_layers.2", "input_blocks.1.1.proj_in",
          "input_blocks.1.1.transformer_blocks.0.attn1.to_q", "input_blocks.1.1.transformer_blocks.0.attn1.to_out.0",
          "input_blocks.2.0.op", "input_blocks.3.0.skip_connection", "middle_block.0.in_layers.0",
          "middle_block.1.norm", "middle_block.2.out_layers.3", "output_blocks.0.0.emb_layers.1",
          "output_blocks.1.0.in_layers.0", "output_blocks.1.1.conv", "output_blocks.2.0.in_layers.0",
          "output_blocks.2.1.proj_in", "output_blocks.3.0.in_layers.0", "out.2", "time_embed.0"})
        add(module);
    tensors["input_blocks.0.0.bias"] = at::ones(1);
    return Weights(std::make_shared<WeightTable>(tensors, WeightTable::Settings{}));
}

TEST(LoraKeys, NameAUnetAsKohyaAndDiffusersDo) {
    const auto names = unet_lora_keys(small_unet());
    const std::pair<const char*, const char*> expected[] = {
        {"lora_unet_input_blocks_1_1_proj_in", "input_blocks.1.1.proj_in.weight"},
        {"lora_unet_down_blocks_0_attentions_0_proj_in", "input_blocks.1.1.proj_in.weight"},
        {"lora_unet_down_blocks_0_resnets_0_conv1", "input_blocks.1.0.in_layers.2.weight"},
        {"lora_unet_down_blocks_0_downsamplers_0_conv", "input_blocks.2.0.op.weight"},
        {"lora_unet_down_blocks_1_resnets_0_conv_shortcut", "input_blocks.3.0.skip_connection.weight"},
        {"lora_unet_mid_block_resnets_1_conv2", "middle_block.2.out_layers.3.weight"},
        {"lora_unet_mid_block_attentions_0_norm", "middle_block.1.norm.weight"},
        {"lora_unet_up_blocks_0_resnets_0_time_emb_proj", "output_blocks.0.0.emb_layers.1.weight"},
        {"lora_unet_up_blocks_0_upsamplers_0_conv", "output_blocks.1.1.conv.weight"},
        {"lora_unet_up_blocks_1_attentions_0_proj_in", "output_blocks.2.1.proj_in.weight"},
        {"lora_unet_up_blocks_1_resnets_1_norm1", "output_blocks.3.0.in_layers.0.weight"},
        {"lycoris_down_blocks_0_attentions_0_proj_in", "input_blocks.1.1.proj_in.weight"},
        {"unet.down_blocks.0.attentions.0.transformer_blocks.0.attn1.processor.to_q",
         "input_blocks.1.1.transformer_blocks.0.attn1.to_q.weight"},
        {"down_blocks.0.attentions.0.transformer_blocks.0.attn1.processor.to_out",
         "input_blocks.1.1.transformer_blocks.0.attn1.to_out.0.weight"},
        {"lora_unet_conv_out", "out.2.weight"},
        {"lora_unet_time_embedding_linear_1", "time_embed.0.weight"},
        {"diffusion_model.middle_block.1.norm", "middle_block.1.norm.weight"},
        {"diffusion_model.input_blocks.0.0.bias", "input_blocks.0.0.bias"},
    };
    for (const auto& [name, key] : expected)
        EXPECT_EQ(names.at(name).key, key) << name;
}

// As in ComfyUI, which knows PEFT's names of later models only.
TEST(LoraKeys, LeaveOutTheNamesOfPeft) {
    EXPECT_FALSE(
        unet_lora_keys(small_unet()).contains("unet.down_blocks.0.attentions.0.transformer_blocks.0.attn1.to_q"));
}

}  // namespace
}  // namespace easel::inference
