// The tokens of awkward prompts, as record_tokenizers.py recorded them from the reference's tokenizers.
#include "inference/text/tokenizers/qwen_bpe.hpp"
#include "inference/text/tokenizers/sentencepiece.hpp"
#include "inference/text/tokenizers/t5_tokenizer.hpp"

#include "base/error.hpp"
#include "tests/support/inference/recorded.hpp"

#include <filesystem>
#include <fstream>
#include <iterator>

namespace easel::inference {
namespace {

namespace fs = std::filesystem;
using Tokens = std::vector<int>;

std::string content_of(const fs::path& path) {
    std::ifstream file(path, std::ios::binary);
    return {std::istreambuf_iterator<char>(file), {}};
}

std::string file_of(const char* name) { return content_of(fs::path(EASEL_TEST_DATA) / "inference" / "data" / name); }

// A vocabulary that the library carries.
std::string vocabulary(const char* name) {
    return content_of(fs::path(EASEL_TEST_DATA).parent_path() / "inference" / "text" / "tokenizers" / "data" / name);
}

template <class Encode>
void expect_recorded(const char* tokenizer, const Encode& encode) {
    for (const auto& recorded : testing::recorded("tokenizers.json")) {
        const auto prompt = recorded["prompt"].get<std::string>();
        EXPECT_EQ(encode(prompt), recorded[tokenizer].get<Tokens>()) << prompt;
    }
}

TEST(Tokenizers, OfT5CutAsTheReference) { expect_recorded("t5", t5_tokens); }

TEST(Tokenizers, OfQwenCutAsTheReference) { expect_recorded("qwen", qwen_tokens); }

TEST(Tokenizers, OfQwenGiveTheTextBack) {
    const std::string text = "caf\u00e9  (\u732b)\n\n  x = 1;";
    EXPECT_EQ(QwenBpe::instance().decode(qwen_tokens(text + "<|im_end|>")), text);
}

TEST(SentencePieceModels, OfBytePairsCutAsTheReference) {
    const SentencePiece pieces(vocabulary("t5-pile/tokenizer.model"));
    expect_recorded("pile", [&](const std::string& prompt) { return pieces.encode(prompt); });
    EXPECT_EQ(pieces.end(), 2);
}

TEST(SentencePieceModels, OfUnigramsCutAsTheReference) {
    const SentencePiece pieces(file_of("unigram.model"));
    expect_recorded("unigram", [&](const std::string& prompt) { return pieces.encode(prompt); });
}

TEST(SentencePieceModels, ThatAreDamagedAreRefused) {
    const std::string model = file_of("unigram.model");
    EXPECT_THROW(SentencePiece("not a model"), ModelError);
    EXPECT_THROW(SentencePiece(std::string_view(model).substr(0, model.size() / 2)), ModelError);
}

}  // namespace
}  // namespace easel::inference
