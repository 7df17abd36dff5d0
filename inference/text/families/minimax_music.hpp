// What MiniMax Music 3's text encoder is asked for beside a caption: by name in a request's texts and settings.
#pragma once

#include <string_view>

namespace easel::inference::music_request {

inline constexpr std::string_view lyrics = "lyrics", seed = "seed";  // texts; the seed as a number
inline constexpr std::string_view frames = "max_audio_frames", cfg = "cfg_scale", top_k = "top_k";

}  // namespace easel::inference::music_request
