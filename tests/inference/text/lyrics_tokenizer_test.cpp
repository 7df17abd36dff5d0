#include "inference/text/tokenizers/lyrics_tokenizer.hpp"

#include <gtest/gtest.h>

namespace easel::inference {
namespace {

using Tokens = std::vector<int>;

// Expected: what ComfyUI's VoiceBpeTokenizer makes of the same lyrics, behind its start token.

TEST(LyricsTokenizer, SpeaksAbbreviationsMoneyAndNumbersAsWords) {
    EXPECT_EQ(lyrics_tokens("[verse]\nMr. Smith pays $3.50, 21 times\n\n[chorus]\nLa la la & more..."),
              (Tokens{259, 6683, 2,   259, 26, 345, 44, 2,  3139, 22,  40,  2, 547, 1097, 2,  40,  2948, 2, 29,
                      758, 27,   33,  2,   840, 76, 7,   2,  232, 50,  210, 2, 28,  111,  2,  78,  80,  32,   2, 2,
                      259, 6684, 2,   259, 494, 2,  494, 2,  494, 2,   53,  2, 726, 18,   2303, 2}));
    EXPECT_EQ(lyrics_tokens("It's 1,000 at 2nd st."),
              (Tokens{259, 60, 4, 32, 2, 28, 111, 2, 40, 206, 53, 2, 48, 2, 232, 28, 2, 32, 137, 33, 2}));
}

TEST(LyricsTokenizer, ReadsTheLanguageAtTheStartOfALine) {
    EXPECT_EQ(lyrics_tokens("[de]Dr. Müller hat 15 % mehr"),
              (Tokens{260, 481, 9, 2, 516, 84, 44, 2, 357, 2, 4496, 4500, 2, 5754, 2, 472, 2}));
    EXPECT_EQ(lyrics_tokens("[fr]Le 1er jour"), (Tokens{262, 64, 2, 4496, 44, 2, 818, 2}));
}

TEST(LyricsTokenizer, WritesKanaInLatinLettersAndMarksUnknownCharacters) {
    EXPECT_EQ(lyrics_tokens("ありがとう きょう"), (Tokens{5412, 59, 5952, 773, 2, 3059, 45, 2}));
    EXPECT_EQ(lyrics_tokens("[zh]你好"), (Tokens{5023, 1, 1, 2}));
}

}  // namespace
}  // namespace easel::inference
