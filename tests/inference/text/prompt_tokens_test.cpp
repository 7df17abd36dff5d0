#include "inference/text/prompt_tokens.hpp"

#include "inference/text/prompt_weights.hpp"
#include "inference/text/textual_inversion.hpp"
#include "inference/text/tokenizers/clip_bpe.hpp"
#include "inference/weights/safetensors.hpp"
#include "tests/support/inference/recorded.hpp"

#include "base/error.hpp"

namespace easel::inference {
namespace {

namespace fs = std::filesystem;
using Json = nlohmann::json;

// The same files as record_tokens.py has.
class PromptTokens : public ::testing::Test {
protected:
    void SetUp() override {
        folder_ = fs::temp_directory_path() / ("easel_embeddings_" + std::to_string(::getpid()));
        fs::create_directories(folder_ / "sub");
        save_safetensors(folder_ / "two.safetensors", {{"emb_params", at::arange(1536.0F).reshape({2, 768})}});
        save_safetensors(folder_ / "one.safetensors",
                         {{"clip_g", at::zeros({1, 1280})}, {"clip_l", at::full({1, 768}, 7.0F)}});
        save_safetensors(folder_ / "sub" / "three.safetensors", {{"emb_params", at::full({768}, 3.0F)}});
        format_.tokenize = [](std::string_view text) { return ClipBpe::instance().encode(text); };
        format_.embedding = [this](std::string_view name) {
            return find_embedding(name, "clip_l", {folder_}).value_or(Tensor());
        };
    }
    void TearDown() override { fs::remove_all(folder_); }

    // As record_tokens.py writes it.
    Json compact(const PromptChunk& chunk) const {
        Json tokens = Json::array();
        std::size_t end = chunk.size();
        const auto is_padding = [](const PromptToken& token) {
            return !token.vector.defined() && token.id == 49407 && token.weight == 1.0;
        };
        while (end > 1 && is_padding(chunk[end - 1]) && is_padding(chunk[end - 2]))
            --end;
        for (std::size_t i = 0; i < end; ++i) {
            const auto& [id, vector, weight] = chunk[i];
            const int number = vector.defined() ? -1 - vector[0].item<int>() : id;
            if (weight == 1.0) {
                tokens.push_back(number);
            } else if (std::isfinite(weight)) {
                tokens.push_back({number, weight});
            } else {
                tokens.push_back({number, weight > 0 ? "inf" : "-inf"});
            }
        }
        return {{"length", chunk.size()}, {"tokens", tokens}};
    }

    fs::path folder_;
    PromptFormat format_;
};

TEST_F(PromptTokens, AreThoseOfTheReference) {
    for (const auto& recorded : testing::recorded("clip_tokens.json")) {
        const auto prompt = recorded["prompt"].get<std::string>();
        Json chunks = Json::array();
        for (const auto& chunk : tokenize_prompt(prompt, format_))
            chunks.push_back(compact(chunk));
        EXPECT_EQ(chunks, recorded["chunks"]) << prompt;
    }
}

TEST_F(PromptTokens, TreatALoneMarkAsAnEmbeddingWithoutAName) {
    const auto chunks = tokenize_prompt("embedding:", format_);
    EXPECT_EQ(compact(chunks.at(0))["tokens"], Json({49406, 49407}));
}

TEST_F(PromptTokens, SkipADamagedEmbedding) {
    save_safetensors(folder_ / "bad.safetensors", {{"emb_params", at::zeros({1, 2, 3})}});
    EXPECT_EQ(compact(tokenize_prompt("embedding:bad a", format_).at(0))["tokens"], Json({49406, 320, 49407}));
}

TEST(PromptWeights, RefuseAbsurdNesting) {
    const std::string open(100000, '('), close(100000, ')');
    EXPECT_THROW(parse_prompt_weights(open + "a" + close), UserError);
    EXPECT_EQ(parse_prompt_weights(open).size(), 1U);
}

TEST(ClipBpe, AcceptsBytesThatAreNoText) { EXPECT_FALSE(ClipBpe::instance().encode("\xff\xfe caf\xc3").empty()); }

TEST(ClipBpe, IsNotSlowOnOneEndlessWord) {
    const auto tokens = ClipBpe::instance().encode(std::string(200000, 'a'));
    EXPECT_GT(tokens.size(), 10000U);
}

}  // namespace
}  // namespace easel::inference
