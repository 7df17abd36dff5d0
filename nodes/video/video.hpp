// What VIDEO links carry: a file and the part of it that counts, or frames in memory with their rate and their sound.
#pragma once

#include "media/codecs.hpp"
#include "nodes/audio/audio.hpp"
#include "nodes/types.hpp"

#include <cstdint>
#include <filesystem>
#include <optional>
#include <string>
#include <string_view>

namespace easel::nodes {

struct Video {
    static constexpr std::string_view socket = "VIDEO";

    std::optional<std::filesystem::path> file;  // in place of what follows
    media::Window window;                       // of the file

    Tensor frames;  // [frames, h, w, 3], as in an Image
    std::optional<Audio> sound;
    media::FrameRate rate{30, 1};
    std::int64_t bit_depth = 8;  // a channel, when it is encoded
};
inline Footprint footprint(const Video& video) {
    return {.bytes = memory_of(video.frames) + (video.sound ? memory_of(video.sound->waveform) : 0)};
}

// Frames a second as a fraction of thousandths.
media::FrameRate frame_rate(double per_second);

// The same video in memory.
Video decoded(const Video& video);

// Width, height, rate and so on of either kind; of a file's window where there is one.
media::VideoFacts facts_of(const Video& video);

// `seconds` from `start` on (0: up to the end); nothing when it is not that long and must be.
std::optional<Video> trimmed_video(const Video& video, double start, double seconds, bool is_strict);

// `count` frames from `first` on, both cut to what there is.
Video frames_of_video(const Video& video, std::int64_t first, std::int64_t count);

// The frames at `indices`, without sound.
Video picked_frames(const Video& video, const std::vector<std::int64_t>& indices);

struct VideoTarget {
    std::filesystem::path file;
    std::string container = "auto";  // "mp4", "mkv", "webm"
    std::string codec = "auto";      // "h264", "av1"
    std::optional<double> crf;
    std::string color_space = {};  // "sRGB", "HDR", "HDR PQ"; empty: as it is
};

// Writes a video; a file whose streams fit is copied without loss. Throws a ValueError for combinations that cannot be.
void save_video(const Video& video, const VideoTarget& target, const media::Tags& tags);

}  // namespace easel::nodes
