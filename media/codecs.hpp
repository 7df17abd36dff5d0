// Sound and video files. What reads and writes them is a library of its own (libav pulls in more than a hundred
// others), loaded at the first file; callers see this interface.
#pragma once

#include <ATen/TensorOperators.h>
#include <ATen/core/Tensor.h>

#include <cstdint>
#include <filesystem>
#include <optional>
#include <string>
#include <utility>
#include <vector>

namespace easel::media {

using at::Tensor;

struct Sound {
    Tensor samples;  // [channels, samples], float32, about -1..1
    std::int64_t rate = 44100;
};

using Tags = std::vector<std::pair<std::string, std::string>>;

struct SoundFormat {
    std::string container = "flac";      // or "mp3", "opus"
    std::int64_t bits_per_second = 0;    // 0: what the encoder takes by itself
    bool best_variable_quality = false;  // mp3: V0
};

struct FrameRate {
    std::int64_t numerator = 1, denominator = 1;
    double per_second() const { return static_cast<double>(numerator) / static_cast<double>(denominator); }
};

// A part of a video, in seconds. A negative start counts from the end; no duration: up to the end.
struct Window {
    double start = 0;
    double duration = 0;
    bool by_bytes = false;  // colours by way of 8 bits a channel, whatever the video has
    bool is_all() const { return start == 0 && duration == 0; }
};

struct VideoFacts {
    std::int64_t width = 0, height = 0;
    std::int64_t bit_depth = 8;
    std::string color_space = "sRGB";  // or "HDR" (HLG), "HDR PQ"
    bool says_color_space = false;
    std::string codec;        // "h264"
    std::string sound_codec;  // of the last sound; empty without one
    std::string container;  // "mov,mp4,m4a,3gp,3g2,mj2"
    double seconds = 0;
    std::int64_t frames = 0;  // of the whole file
    FrameRate rate;
};

struct DecodedVideo {
    Tensor frames;                // [frames, h, w, 3], float32 in 0..1
    std::optional<Tensor> alpha;  // [frames, h, w]
    std::optional<Sound> sound;
    FrameRate rate;
};

struct VideoFormat {
    std::string container = "mp4";  // "matroska", "webm"
    std::string codec = "h264";     // "av1", "vp9"
    std::optional<double> crf;      // the encoder's quality scale; its own default when not given
    std::int64_t bit_depth = 8;     // or 10
    std::string color_space = {};   // "sRGB", "HDR", "HDR PQ": what the pixels are in; empty: not said
    bool keeps_alpha = false;       // of frames with four channels
    std::string preset = {};        // the encoder's trade of time against size; empty: its own
};

// Every function throws an error that names the file and says what is wrong. Thread-safe.
class Codecs {
public:
    virtual ~Codecs() = default;

    virtual Sound read_sound(const std::filesystem::path& file) const = 0;
    // A whole file in memory.
    virtual std::vector<std::uint8_t> encode_sound(const Sound& sound, const SoundFormat& format,
                                                   const Tags& tags) const = 0;

    virtual VideoFacts facts(const std::filesystem::path& file) const = 0;
    virtual DecodedVideo read_video(const std::filesystem::path& file, const Window& window) const = 0;
    // `frames` is [frames, h, w, 3 or 4] in 0..1.
    virtual void write_video(const std::filesystem::path& file, const Tensor& frames, const std::optional<Sound>& sound,
                             FrameRate rate, const VideoFormat& format, const Tags& tags) const = 0;
    // The streams as they are in another container, with more tags.
    virtual void copy_video(const std::filesystem::path& from, const std::filesystem::path& to,
                            const std::string& container, const Tags& tags) const = 0;
};

}  // namespace easel::media
