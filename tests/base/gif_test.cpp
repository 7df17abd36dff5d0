#include "base/gif.hpp"

#include <gtest/gtest.h>

#include <string>

namespace easel {
namespace {

// 2 x 2 pixels, red and green over green and red; then one blue pixel in the corner below, its index 0 transparent.
const std::string picture = std::string("GIF89a\2\0\2\0\x91\0\0\xff\0\0\0\xff\0\0\0\xff\0\0\0", 25) +
                            std::string("\x2c\0\0\0\0\2\0\2\0\0\2\3\x44\x02\x05\0", 16) +
                            std::string("\x21\xf9\4\x09\0\0\0\0", 8) +
                            std::string("\x2c\1\0\1\0\1\0\1\0\0\2\2\x54\1\0\x3b", 16);

std::span<const std::uint8_t> bytes(const std::string& text) {
    return {reinterpret_cast<const std::uint8_t*>(text.data()), text.size()};
}

TEST(Gif, GivesEveryFrameAsItIsStored) {
    GifFile file(bytes(picture));
    EXPECT_EQ(file.width(), 2);
    EXPECT_EQ(file.height(), 2);
    const auto first = file.next();
    ASSERT_TRUE(first);
    EXPECT_EQ(first->palette.size(), 12u);
    EXPECT_EQ(first->indices(), (std::vector<std::uint8_t>{0, 1, 1, 0}));
    EXPECT_FALSE(first->transparent);
    const auto second = file.next();
    ASSERT_TRUE(second);
    EXPECT_EQ(second->x, 1);
    EXPECT_EQ(second->width, 1);
    EXPECT_EQ(second->disposal, 2);
    EXPECT_EQ(second->transparent, 0);
    EXPECT_EQ(second->indices(), (std::vector<std::uint8_t>{2}));
    EXPECT_FALSE(file.next());
}

TEST(Gif, EndsWhereTheFileBreaksOff) {
    for (std::size_t size = 0; size < picture.size(); ++size) {
        const std::string cut = picture.substr(0, size);
        GifFile file(bytes(cut));
        int frames = 0;
        for (; const auto frame = file.next(); ++frames)
            EXPECT_LE(frame->indices().size(), 4u);
        EXPECT_LE(frames, 2);
    }
}

}  // namespace
}  // namespace easel
