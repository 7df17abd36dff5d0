#include "inference/engine.hpp"

#include "base/error.hpp"
#include "inference/weights/safetensors.hpp"

#include <gmock/gmock.h>

#include <fstream>

namespace easel::inference {
namespace {

namespace fs = std::filesystem;
using ::testing::HasSubstr;
using ::testing::StartsWith;

class EngineTest : public ::testing::Test {
protected:
    void SetUp() override {
        folder_ = fs::temp_directory_path() / ("easel_engine_" + std::to_string(::getpid()));
        fs::create_directories(folder_);
    }
    void TearDown() override { fs::remove_all(folder_); }

    fs::path file(const std::string& name, const std::vector<std::string>& keys) const {
        TensorMap tensors;
        for (const auto& key : keys)
            tensors[key] = at::ones({2, 2});
        const fs::path path = folder_ / (name + ".safetensors");
        save_safetensors(path, tensors);
        return path;
    }

    static std::string problem(const std::function<void()>& action) {
        try {
            action();
        } catch (const ModelError& error) {
            return error.what();
        }
        return "";
    }

    fs::path folder_;
    Engine engine_{{.compute = {.force_fp32 = true}, .embedding_folders = {}}};
};

TEST_F(EngineTest, SaysWhatAFileIsThatIsNoCheckpoint) {
    const std::pair<fs::path, const char*> files[] = {
        {file("l", {"lora_unet_x.lora_up.weight", "lora_unet_x.lora_down.weight"}),
         "it is a LoRA: load it with LoraLoader"},
        {file("v", {"decoder.conv_in.weight", "encoder.conv_in.weight"}), "it is a VAE: load it with VAELoader"},
        {file("t", {"text_model.encoder.layers.0.mlp.fc1.weight", "text_model.embeddings.token_embedding.weight"}),
         "it is a text encoder: load it with CLIPLoader"},
        {file("c", {"control_model.input_hint_block.0.weight"}), "it is a ControlNet: load it with ControlNetLoader"},
        {file("e", {"emb_params"}), "it is a textual inversion"},
        {file("d", {"double_blocks.0.img_attn.qkv.weight"}), "an architecture that is not supported yet"},
        {file("n", {}), "it holds no tensors"},
    };
    for (const auto& [path, what] : files) {
        const std::string message = problem([&, &path = path] { engine_.load_checkpoint(path); });
        EXPECT_THAT(message, StartsWith("ERROR: Could not detect model type of: " + path.string()));
        EXPECT_THAT(message, HasSubstr(what));
    }
}

TEST_F(EngineTest, SaysWhatAFileIsThatIsNoTextEncoder) {
    const auto lora = file("l", {"lora_unet_x.lora_up.weight"});
    EXPECT_THAT(problem([&] { engine_.load_text_encoder({lora}, "stable_diffusion"); }), HasSubstr("it is a LoRA"));
}

TEST_F(EngineTest, SaysWhatAFileIsThatIsNoVae) {
    const auto lora = file("l", {"lora_unet_x.lora_up.weight"});
    EXPECT_THAT(problem([&] { engine_.load_vae(lora); }), HasSubstr("it is a LoRA"));
}

TEST_F(EngineTest, SaysWhatAFileIsThatIsNoLora) {
    const auto other = file("o", {"decoder.conv_in.weight"});
    EXPECT_THAT(problem([&] { engine_.load_lora(other); }), HasSubstr("o.safetensors is no LoRA"));
}

TEST_F(EngineTest, OpensALoraOnceAndAgainWhenItHasChanged) {
    const auto path = file("l", {"m.diff"});
    const auto first = engine_.load_lora(path);
    EXPECT_EQ(engine_.load_lora(path), first);
    file("l", {"m.diff", "n.diff"});
    EXPECT_EQ(engine_.load_lora(path)->modules().size(), 2U);
}

TEST_F(EngineTest, RefusesADamagedFileAndGoesOn) {
    const fs::path path = folder_ / "bad.safetensors";
    std::ofstream(path) << "rubbish";
    EXPECT_THAT(problem([&] { engine_.load_checkpoint(path); }),
                HasSubstr("bad.safetensors is not a safetensors file"));
    EXPECT_THROW(engine_.load_checkpoint(folder_ / "absent.safetensors"), UserError);
    EXPECT_EQ(engine_.resident_bytes(), 0U);
}

}  // namespace
}  // namespace easel::inference
