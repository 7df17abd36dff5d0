#include "inference/text/clip.hpp"

#include "inference/weights/safetensors.hpp"
#include "tests/support/inference/recorded.hpp"

#include <cmath>

namespace easel::inference {
namespace {

namespace fs = std::filesystem;

constexpr int64_t dim = 64;

std::uint32_t crc32(std::string_view text) {
    std::uint32_t crc = ~0U;
    for (const char c : text) {
        crc ^= static_cast<unsigned char>(c);
        for (int bit = 0; bit < 8; ++bit)
            crc = (crc >> 1) ^ (crc & 1 ? 0xEDB88320U : 0U);
    }
    return ~crc;
}

// The same numbers as synthetic() in record_clip.py.
Tensor synthetic(const std::string& name, std::vector<int64_t> shape, float scale) {
    Tensor tensor = at::empty(shape);
    auto* numbers = tensor.data_ptr<float>();
    const std::uint64_t seed = crc32(name);
    for (int64_t i = 0; i < tensor.numel(); ++i) {
        std::uint64_t mixed = (static_cast<std::uint64_t>(i) * 2654435761U + seed) % (std::uint64_t{1} << 32);
        mixed = (mixed ^ (mixed >> 15)) * 2246822519U % (std::uint64_t{1} << 32);
        numbers[i] = (static_cast<float>(mixed >> 8) / 16777216.0F - 0.5F) * scale;
    }
    return tensor;
}

// A CLIP-L of toy width, with the weights of record_clip.py.
TensorMap toy_clip() {
    TensorMap tensors;
    const auto add = [&](const std::string& name, std::vector<int64_t> shape) {
        const bool embedding = name.find("embedding") != std::string::npos;
        Tensor tensor = synthetic(name, std::move(shape), embedding ? 2.0F : 0.25F);
        if (name.find("norm") != std::string::npos && name.ends_with("weight")) tensor = tensor + 1.0F;
        tensors[name] = tensor;
    };
    const auto linear = [&](const std::string& name, int64_t out, int64_t in) {
        add(name + ".weight", {out, in});
        add(name + ".bias", {out});
    };
    add("text_model.embeddings.token_embedding.weight", {49408, dim});
    add("text_model.embeddings.position_embedding.weight", {77, dim});
    for (int i = 0; i < 12; ++i) {
        const std::string layer = "text_model.encoder.layers." + std::to_string(i) + ".";
        for (const char* name : {"self_attn.q_proj", "self_attn.k_proj", "self_attn.v_proj", "self_attn.out_proj"})
            linear(layer + name, dim, dim);
        linear(layer + "mlp.fc1", 4 * dim, dim);
        linear(layer + "mlp.fc2", dim, 4 * dim);
        for (const char* name : {"layer_norm1", "layer_norm2"}) {
            add(layer + name + ".weight", {dim});
            add(layer + name + ".bias", {dim});
        }
    }
    add("text_model.final_layer_norm.weight", {dim});
    add("text_model.final_layer_norm.bias", {dim});
    add("text_projection.weight", {dim, dim});
    return tensors;
}

class Clip : public ::testing::Test {
protected:
    static void SetUpTestSuite() {
        folder_ = new fs::path(fs::temp_directory_path() / ("easel_clip_" + std::to_string(::getpid())));
        fs::create_directories(*folder_);
        save_safetensors(*folder_ / "two.safetensors", {{"emb_params", synthetic("two", {2, dim}, 2.0F)}});
        save_safetensors(*folder_ / "wide.safetensors", {{"emb_params", synthetic("wide", {3, 768}, 2.0F)}});
        const Weights w(std::make_shared<WeightTable>(toy_clip(), WeightTable::Settings{.origin = "toy"}));
        const TextSettings settings{.embedding_folders = [] { return std::vector{*folder_}; }};
        encoder_ = new TextEncoder(make_clip_model(w, {.project_pooled = false}, settings), w.table());
    }
    static void TearDownTestSuite() {
        fs::remove_all(*folder_);
        delete folder_;
        delete encoder_;
    }

    // Float32 arithmetic in another order: ten times what two runs of the reference differ by.
    static void expect_recorded(const std::string& name, const Conditioning& conditioning) {
        static const auto recorded =
            open_weights(fs::path(EASEL_TEST_DATA) / "inference" / "data" / "clip.safetensors").tensors;
        const Tensor cross = conditioning.at(0).cross.slice(1, 0, std::nullopt, 3);  // every third token is recorded
        EXPECT_LT(testing::relative_error(cross, recorded.at(name + ".cross")), 2e-5) << name;
        EXPECT_LT(testing::relative_error(conditioning.at(0).pooled.value(), recorded.at(name + ".pooled")), 2e-5)
            << name;
    }

    static inline fs::path* folder_ = nullptr;
    static inline TextEncoder* encoder_ = nullptr;
};

TEST_F(Clip, EncodesAPromptAsTheReferenceDoes) {
    expect_recorded("plain", encoder_->encode("a photograph of an astronaut riding a horse"));
}

TEST_F(Clip, WeighsWordsAgainstTheEmptyPrompt) {
    expect_recorded("weighted", encoder_->encode("(red:1.3) fox, (blue) sky, (nothing:0.5)"));
}

TEST_F(Clip, StopsAtAnEarlierLayer) {
    expect_recorded("skipped", encoder_->with_stop_layer(-2).encode("a cat"));
    expect_recorded("first_layer", encoder_->with_stop_layer(-12).encode("a cat"));
}

TEST_F(Clip, ReadsTheLastLayerWhereItHasNoSuchLayer) {
    expect_recorded("too_deep", encoder_->with_stop_layer(-20).encode("a cat"));
}

TEST_F(Clip, JoinsTheChunksOfALongPrompt) {
    std::string prompt;
    for (int i = 0; i < 25; ++i)
        prompt += "one two three four ";
    expect_recorded("two_chunks", encoder_->encode(prompt + "(five:0.7)"));
}

TEST_F(Clip, PutsTextualInversionsWhereThePromptNamesThem) {
    expect_recorded("embedding", encoder_->encode("an embedding:two, (embedding:two:1.4) x"));
}

TEST_F(Clip, LeavesOutVectorsOfAnotherModel) { expect_recorded("wrong_size", encoder_->encode("a embedding:wide b")); }

TEST_F(Clip, PoolsAtTheFirstEnd) { expect_recorded("ended_early", encoder_->encode("a <|endoftext|> b")); }

// The same network in OpenCLIP's layout, where projections are joint and the text projection is transposed.
TEST_F(Clip, ReadsTheLayoutOfOpenClip) {
    const TensorMap expected = toy_clip();
    TensorMap open;
    const std::pair<const char*, const char*> names[] = {{"layer_norm1", "ln_1"},
                                                         {"layer_norm2", "ln_2"},
                                                         {"mlp.fc1", "mlp.c_fc"},
                                                         {"mlp.fc2", "mlp.c_proj"},
                                                         {"self_attn.out_proj", "attn.out_proj"}};
    for (int i = 0; i < 12; ++i) {
        const std::string from = "text_model.encoder.layers." + std::to_string(i) + ".";
        const std::string to = "transformer.resblocks." + std::to_string(i) + ".";
        for (const char* kind : {".weight", ".bias"}) {
            for (const auto& [ours, theirs] : names)
                open[to + theirs + kind] = expected.at(from + ours + kind);
            open[to + "attn.in_proj_" + (kind + 1)] =
                at::cat({expected.at(from + "self_attn.q_proj" + kind), expected.at(from + "self_attn.k_proj" + kind),
                         expected.at(from + "self_attn.v_proj" + kind)});
        }
    }
    open["token_embedding.weight"] = expected.at("text_model.embeddings.token_embedding.weight");
    open["positional_embedding"] = expected.at("text_model.embeddings.position_embedding.weight");
    open["ln_final.weight"] = expected.at("text_model.final_layer_norm.weight");
    open["ln_final.bias"] = expected.at("text_model.final_layer_norm.bias");
    open["text_projection"] = expected.at("text_projection.weight").t().contiguous();

    const auto converted = canonical_clip(open).value();
    ASSERT_EQ(converted.size(), expected.size());
    for (const auto& [key, tensor] : expected)
        EXPECT_TRUE(at::equal(converted.at(key), tensor)) << key;
}

TEST_F(Clip, ReadsTheLayoutWithoutTextModel) {
    TensorMap bare;
    for (const auto& [key, tensor] : toy_clip())
        bare[key.starts_with("text_model.") ? key.substr(11) : key] = tensor;
    EXPECT_EQ(canonical_clip(bare).value().size(), bare.size());
    EXPECT_FALSE(canonical_clip({{"a", at::ones(1)}}));
}

}  // namespace
}  // namespace easel::inference
