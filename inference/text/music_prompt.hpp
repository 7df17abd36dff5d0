// What MiniMax Music 3's language model reads of a caption and of lyrics. (comfy.ldm.minimax_music.prompt)
#pragma once

#include <string>
#include <string_view>

namespace easel::inference {

// The caption without Markdown and without marks that could be taken for tokens.
std::string clean_caption(std::string_view caption);
// The lyrics with each [part] on a line of its own, in small letters, and a beginning.
std::string with_parts_apart(std::string_view lyrics);
// Both between the tokens that tell them apart, up to where the music begins.
std::string music_prompt(std::string_view caption, std::string_view lyrics);

}  // namespace easel::inference
