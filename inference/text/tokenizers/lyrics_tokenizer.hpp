// The tokens of lyrics that ACE-Step sings: byte pairs of words, one line after the other, each with its language.
#pragma once

#include <string_view>
#include <vector>

namespace easel::inference {

constexpr int lyrics_start = 261;

// `lyrics` without the start: every line's tokens and an end of line. A line may begin with its language ("[de]") and
// is English otherwise, or Japanese where it has kana. (VoiceBpeTokenizer)
std::vector<int> lyrics_tokens(std::string_view lyrics);

}  // namespace easel::inference
