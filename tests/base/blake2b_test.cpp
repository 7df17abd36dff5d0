#include "base/blake2b.hpp"

#include <gtest/gtest.h>

#include <string>

namespace easel {
namespace {

// As Python's hashlib.blake2b(digest_size=8, person=...) has it.
TEST(Blake2b, HashesTextsShorterAndLongerThanABlock) {
    const std::string short_text = std::string("\x2a\0\0\0\0\0\0\0", 8) + std::string("\x02\0\0\0", 4) + "ar";
    EXPECT_EQ(blake2b_64(short_text, "minimax-ttm"), 146933486985881370ULL);
    EXPECT_EQ(blake2b_64(std::string(300, 'x'), std::string(16, 'p')), 14040966180620601408ULL);
}

}  // namespace
}  // namespace easel
