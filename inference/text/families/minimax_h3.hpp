// What prompts of MiniMax H3 bring beside their words.
#pragma once

#include <string_view>

namespace easel::inference {

// Under this name a request says in which order its prompt may speak of what it brings: the words `picture`, `video`
// and `sound`, separated by spaces. Pictures and videos are the request's images in this order; a video is its frames,
// two a second. Without it all images are pictures.
inline constexpr std::string_view minimax_media_name = "minimax_media";

}  // namespace easel::inference
