#include "nodes/video/video.hpp"

#include "base/error.hpp"
#include "nodes/media.hpp"

#include <algorithm>
#include <array>
#include <cmath>
#include <numeric>

namespace easel::nodes {
namespace {

std::string libav_container(const std::string& container) { return container == "mkv" ? "matroska" : container; }

bool holds(const std::string& comma_list, const std::string& name) {
    return ("," + comma_list + ",").find("," + name + ",") != std::string::npos;
}

// The container and the codec that "auto" stands for.
media::VideoFormat resolved(const VideoTarget& target) {
    media::VideoFormat format{.container = target.container, .codec = target.codec};
    if (format.container == "auto") {
        const std::string extension = target.file.extension().string();
        format.container = extension == ".mkv" ? "mkv" : extension == ".webm" ? "webm" : "mp4";
    }
    if (format.codec == "auto") format.codec = format.container == "webm" ? "av1" : "h264";
    if (format.container == "webm" && format.codec != "av1") throw UserError("WebM output requires the AV1 codec");
    format.container = libav_container(format.container);
    format.crf = target.crf;
    return format;
}

bool fits_webm(const media::VideoFacts& facts) {
    static constexpr std::array<std::string_view, 3> videos = {"av1", "vp8", "vp9"};
    static constexpr std::array<std::string_view, 3> sounds = {"opus", "vorbis", ""};
    return std::ranges::find(videos, facts.codec) != videos.end() &&
           std::ranges::find(sounds, facts.sound_codec) != sounds.end();
}

// Whether a file's streams can go into the target as they are.
bool may_copy(const Video& video, const media::VideoFacts& facts, const VideoTarget& target,
              const media::VideoFormat& format) {
    if (!video.window.is_all() || target.crf || !target.color_space.empty()) return false;
    if (target.container != "auto" && !holds(facts.container, format.container)) return false;
    if (format.container == "webm" && !fits_webm(facts)) return false;
    return target.codec == "auto" || target.codec == facts.codec;
}

bool is_hdr_space(const std::string& space) { return space == "HDR" || space == "HDR PQ"; }

std::optional<media::Sound> sound_of(const Video& video) {
    if (!video.sound) return std::nullopt;
    return media::Sound{video.sound->waveform[0], video.sound->sample_rate};
}

}  // namespace

media::FrameRate frame_rate(double per_second) {
    const auto thousandths = std::max<std::int64_t>(std::llrint(per_second * 1000), 1);
    const std::int64_t divisor = std::gcd(thousandths, std::int64_t{1000});
    return {thousandths / divisor, 1000 / divisor};
}

Video decoded(const Video& video) {
    if (!video.file) return video;
    const media::DecodedVideo read = media_codecs().read_video(*video.file, video.window);
    Video made{.frames = read.frames, .rate = read.rate, .bit_depth = media_codecs().facts(*video.file).bit_depth};
    if (read.sound) made.sound = Audio{read.sound->samples.unsqueeze(0), read.sound->rate};
    return made;
}

media::VideoFacts facts_of(const Video& video) {
    if (!video.file) {
        const auto frames = video.frames.size(0);
        return {.width = video.frames.size(2),
                .height = video.frames.size(1),
                .bit_depth = video.bit_depth,
                .seconds = static_cast<double>(frames) / video.rate.per_second(),
                .frames = frames,
                .rate = video.rate};
    }
    media::VideoFacts facts = media_codecs().facts(*video.file);
    if (video.window.is_all()) return facts;
    const double start = video.window.start;
    const double left = start < 0 ? std::min(facts.seconds, -start) : facts.seconds - start;
    facts.seconds = video.window.duration > 0 ? std::min(video.window.duration, left) : left;
    facts.frames = std::llrint(facts.seconds * facts.rate.per_second());
    return facts;
}

std::optional<Video> trimmed_video(const Video& video, double start, double seconds, bool is_strict) {
    Video part = video;
    if (video.file) {
        part.window = {.start = start + video.window.start, .duration = seconds};
        const bool is_short = facts_of(part).seconds < seconds;
        return is_short && is_strict ? std::nullopt : std::optional(part);
    }
    const double rate = video.rate.per_second(), whole = facts_of(video).seconds;
    if (whole < start + seconds) return std::nullopt;
    const double from = start < 0 ? std::max(whole + start, 0.0) : start;
    const double to = seconds > 0 ? from + seconds : whole;
    // A frame counts when it begins within the part; the small amount keeps exact borders exact.
    const auto first_at = [](double time, double steps) { return std::llrint(std::ceil(time * steps - 1e-6)); };
    part.frames = video.frames.slice(0, first_at(from, rate), first_at(to, rate));
    if (video.sound) {
        const auto samples = static_cast<double>(video.sound->sample_rate);
        part.sound->waveform = video.sound->waveform.slice(-1, first_at(from, samples), first_at(to, samples));
    }
    return part;
}

Video frames_of_video(const Video& video, std::int64_t first, std::int64_t count) {
    const media::VideoFacts facts = facts_of(video);
    const double rate = facts.rate.per_second();
    const std::int64_t start = std::min(first, std::max<std::int64_t>(facts.frames - 1, 0));
    const std::int64_t taken = std::min(count, facts.frames - start);
    double seconds = static_cast<double>(taken) / rate;
    // Frames in memory know their end: rounding must not reach beyond it.
    if (!video.file) seconds = std::min(seconds, facts.seconds - static_cast<double>(start) / rate);
    return trimmed_video(video, static_cast<double>(start) / rate, seconds, false).value_or(video);
}

Video picked_frames(const Video& video, const std::vector<std::int64_t>& indices) {
    Video whole = video;
    whole.window.by_bytes = true;
    const Video source = decoded(whole);
    for (std::int64_t index : indices)
        if (index >= source.frames.size(0))
            throw UserError("the video has no frame " + std::to_string(index) + ", only " +
                            std::to_string(source.frames.size(0)));
    return {.frames = source.frames.index_select(0, at::tensor(at::ArrayRef<std::int64_t>(indices))),
            .rate = source.rate};
}

void save_video(const Video& video, const VideoTarget& target, const media::Tags& tags) {
    media::VideoFormat format = resolved(target);
    format.color_space = target.color_space;
    if (!video.file) {
        if (format.color_space.empty()) format.color_space = "sRGB";
        format.bit_depth =
            is_hdr_space(format.color_space) ? std::max<std::int64_t>(video.bit_depth, 10) : video.bit_depth;
        media_codecs().write_video(target.file, video.frames, sound_of(video), video.rate, format, tags);
        return;
    }
    const media::VideoFacts facts = media_codecs().facts(*video.file);
    if (facts.says_color_space && !format.color_space.empty() && format.color_space != facts.color_space)
        throw UserError("Cannot save " + facts.color_space + " video as " + format.color_space +
                        " without color conversion; use auto or " + facts.color_space);
    if (may_copy(video, facts, target, format)) {
        media_codecs().copy_video(*video.file, target.file, format.container, tags);
        return;
    }
    if (facts.says_color_space) format.color_space = facts.color_space;
    format.bit_depth = is_hdr_space(format.color_space) ? std::max<std::int64_t>(facts.bit_depth, 10) : facts.bit_depth;
    const Video source = decoded(video);
    media_codecs().write_video(target.file, source.frames, sound_of(source), source.rate, format, tags);
}

}  // namespace easel::nodes
