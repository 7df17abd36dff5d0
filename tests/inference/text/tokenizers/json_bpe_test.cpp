#include "inference/text/tokenizers/json_bpe.hpp"

#include "base/error.hpp"

#include <gtest/gtest.h>

#include <filesystem>
#include <fstream>
#include <iterator>

namespace easel::inference {
namespace {

std::string tiny_tokenizer() {
    std::ifstream file(std::filesystem::path(EASEL_TEST_DATA) / "parity" / "layouts" / "gpt_oss_tiny.tokenizer");
    return {std::istreambuf_iterator<char>(file), {}};
}

// Recorded from the library `tokenizers`.
TEST(JsonBpe, GivesTheTokensOfTheLibraryThatWroteTheFile) {
    const JsonBpe tokenizer(tiny_tokenizer());
    EXPECT_EQ(tokenizer.encode("HelloWorld isn't it? It'S 12345 中文ABCdef, a/b//\n\n x  y\n"),
              (std::vector<int>{39, 278, 75, 78, 54,  282, 75,  67, 220, 72,  82,  77,  6,   83,  220, 364, 30, 220,
                                40, 83,  6,  50, 220, 16,  330, 19, 20,  220, 160, 116, 255, 162, 244, 229, 32, 33,
                                34, 265, 69, 11, 256, 14,  65,  14, 14,  274, 220, 87,  220, 220, 88,  198}));
    EXPECT_EQ(tokenizer.encode("ÀÉb CAN'T DON'Ts  \t z<|end|>the image"),
              (std::vector<int>{127, 222, 127, 231, 65,  220, 34,  32,  45, 6,   51, 220, 35, 46,
                                45,  6,   51,  82,  220, 220, 197, 220, 89, 522, 83, 273, 322}));
    EXPECT_EQ(tokenizer.decode({83, 273, 322}), "the image");
}

TEST(JsonBpe, RefusesWhatIsNoTokenizer) {
    EXPECT_THROW(JsonBpe("{}"), ModelError);
    EXPECT_THROW(JsonBpe("not json"), ModelError);
    EXPECT_THROW(JsonBpe(R"({"model": {"type": "WordPiece", "vocab": {}, "merges": []}})"), ModelError);
}

}  // namespace
}  // namespace easel::inference
