#include "media/codecs.hpp"

#include "media/av.hpp"

#include <cstdlib>

namespace easel::media {
namespace {

class AvCodecs : public Codecs {
public:
    AvCodecs() {
        av_log_set_level(AV_LOG_FATAL);
        setenv("SVT_LOG", "1", 0);  // errors only; the AV1 encoder does not ask libav
    }

    Sound read_sound(const std::filesystem::path& file) const override { return read_sound_file(file); }
    std::vector<std::uint8_t> encode_sound(const Sound& sound, const SoundFormat& format,
                                           const Tags& tags) const override {
        return encode_sound_file(sound, format, tags);
    }
    VideoFacts facts(const std::filesystem::path& file) const override { return video_facts(file); }
    DecodedVideo read_video(const std::filesystem::path& file, const Window& window) const override {
        return read_video_file(file, window);
    }
    void write_video(const std::filesystem::path& file, const Tensor& frames, const std::optional<Sound>& sound,
                     FrameRate rate, const VideoFormat& format, const Tags& tags) const override {
        write_video_file(file, frames, sound, rate, format, tags);
    }
    void copy_video(const std::filesystem::path& from, const std::filesystem::path& to, const std::string& container,
                    const Tags& tags) const override {
        copy_video_file(from, to, container, tags);
    }
};

}  // namespace
}  // namespace easel::media

// What the library is loaded for.
extern "C" const easel::media::Codecs* easel_media_codecs() {
    static const easel::media::AvCodecs codecs;
    return &codecs;
}
