#include "inference/text/tokenizers/byte_tokens.hpp"

#include <gtest/gtest.h>

namespace easel::inference {
namespace {

using Tokens = std::vector<int>;

TEST(ByteTokens, AreBytesBehindTheSpecialTokens) {
    EXPECT_EQ(byte_tokens("Ab"), (Tokens{68, 101}));
    EXPECT_EQ(byte_tokens("\xC3\xA9"), (Tokens{198, 172}));  // two bytes of one letter
    EXPECT_TRUE(byte_tokens("").empty());
}

TEST(ByteTokens, KnowSpecialTokensByName) {
    EXPECT_EQ(byte_tokens("<extra_id_0>a</s>"), (Tokens{259, 100, 1}));
    EXPECT_EQ(byte_tokens("<extra_id_124>"), (Tokens{383}));
    EXPECT_EQ(byte_tokens("<extra_id_125>").size(), 14U);
    EXPECT_EQ(byte_tokens("<extra_id_").size(), 10U);
    EXPECT_EQ(byte_tokens("<"), (Tokens{63}));
}

}  // namespace
}  // namespace easel::inference
