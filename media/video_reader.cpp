#include "media/av.hpp"

#include "base/error.hpp"

#include <ATen/ops/cat.h>
#include <ATen/ops/empty.h>
#include <ATen/ops/stack.h>
#include <ATen/ops/zeros.h>

extern "C" {
#include <libavutil/display.h>
}

#include <algorithm>
#include <array>
#include <cmath>
#include <string_view>

namespace easel::media {
namespace {

const AVStream& first_video(const AVFormatContext& demuxer) {
    for (unsigned i = 0; i < demuxer.nb_streams; ++i)
        if (demuxer.streams[i]->codecpar->codec_type == AVMEDIA_TYPE_VIDEO) return *demuxer.streams[i];
    throw UserError(std::string("No video stream found in file '") + demuxer.url + "'");
}

FrameRate rate_of(const AVStream& stream) {
    const AVRational rate = stream.avg_frame_rate;
    return rate.num > 0 && rate.den > 0 ? FrameRate{rate.num, rate.den} : FrameRate{1, 1};
}

double seconds_of(const AVFormatContext& demuxer, const AVStream& stream) {
    if (demuxer.duration != AV_NOPTS_VALUE) return static_cast<double>(demuxer.duration) / AV_TIME_BASE;
    if (stream.nb_frames > 0) return static_cast<double>(stream.nb_frames) / rate_of(stream).per_second();
    throw UserError(std::string("Could not determine duration for file '") + demuxer.url + "'");
}

const char* color_space_of(AVColorTransferCharacteristic transfer) {
    switch (transfer) {
    case AVCOL_TRC_BT709:
    case AVCOL_TRC_IEC61966_2_1:
        return "sRGB";
    case AVCOL_TRC_ARIB_STD_B67:
        return "HDR";
    case AVCOL_TRC_SMPTE2084:
        return "HDR PQ";
    default:
        return nullptr;
    }
}

// Quarter turns counter-clockwise by which frames are to be shown.
std::int64_t quarter_turns(const AVStream& stream) {
    const auto* matrix =
        reinterpret_cast<const std::int32_t*>(av_stream_get_side_data(&stream, AV_PKT_DATA_DISPLAYMATRIX, nullptr));
    if (!matrix) return 0;
    const double angle = av_display_rotation_get(matrix);
    return std::isnan(angle) ? 0 : static_cast<std::int64_t>(std::floor(angle / 90));
}

// What a conversion of frames is made for.
struct Conversion {
    int width = 0, height = 0, format = 0, chroma_location = 0, matrix = 0, wanted = 0;
    bool operator==(const Conversion&) const = default;
};

// Turns frames into [h, w, 3 or 4]. 8-bit RGB and full-range video go by way of bytes, everything else by way of
// floats.
class FrameReader {
public:
    explicit FrameReader(bool by_bytes) : by_bytes_(by_bytes) {}

    Tensor operator()(const AVFrame& frame) {
        const auto format = static_cast<AVPixelFormat>(frame.format);
        const auto* description = av_pix_fmt_desc_get(format);
        has_alpha_ = (description->flags & AV_PIX_FMT_FLAG_ALPHA) || format == AV_PIX_FMT_PAL8;
        const bool by_bytes = by_bytes_ || is_read_by_bytes(format);
        const AVPixelFormat wanted = by_bytes ? (has_alpha_ ? AV_PIX_FMT_RGBA : AV_PIX_FMT_RGB24)
                                              : (has_alpha_ ? AV_PIX_FMT_GBRAPF32LE : AV_PIX_FMT_GBRPF32LE);
        prepare(frame, wanted);
        return by_bytes ? bytes_of(frame) : floats_of(frame);
    }

private:
    static bool is_read_by_bytes(AVPixelFormat format) {
        static constexpr std::array formats = {AV_PIX_FMT_YUVJ420P, AV_PIX_FMT_YUVJ422P, AV_PIX_FMT_YUVJ444P,
                                               AV_PIX_FMT_RGB24,    AV_PIX_FMT_RGBA,     AV_PIX_FMT_PAL8};
        return std::ranges::find(formats, format) != formats.end();
    }

    void prepare(const AVFrame& frame, AVPixelFormat wanted) {
        const Conversion conversion{.width = frame.width,
                                    .height = frame.height,
                                    .format = frame.format,
                                    .chroma_location = static_cast<int>(frame.chroma_location),
                                    .matrix = static_cast<int>(frame.colorspace),
                                    .wanted = static_cast<int>(wanted)};
        if (scaler_ && conversion == conversion_) return;
        conversion_ = conversion;
        scaler_ = owned<Scaler>(sws_alloc_context());
        const auto set = [&](const char* name, std::int64_t value) { av_opt_set_int(scaler_.get(), name, value, 0); };
        set("srcw", frame.width), set("srch", frame.height), set("src_format", frame.format);
        set("dstw", frame.width), set("dsth", frame.height), set("dst_format", wanted);
        set("sws_flags", SWS_BILINEAR);
        // Where colour samples lie between the pixels that share them; not said: in the middle.
        if (frame.chroma_location == AVCHROMA_LOC_LEFT || frame.chroma_location == AVCHROMA_LOC_TOPLEFT)
            set("src_h_chr_pos", 0);
        if (frame.chroma_location == AVCHROMA_LOC_TOPLEFT) set("src_v_chr_pos", 0);
        check(sws_init_context(scaler_.get(), nullptr, nullptr), "turn frames of this video into RGB");

        const auto format = static_cast<AVPixelFormat>(frame.format);
        const int matrix = frame.colorspace == AVCOL_SPC_UNSPECIFIED ? SWS_CS_DEFAULT : frame.colorspace;
        const bool is_full =
            format == AV_PIX_FMT_YUVJ420P || format == AV_PIX_FMT_YUVJ422P || format == AV_PIX_FMT_YUVJ444P;
        sws_setColorspaceDetails(scaler_.get(), sws_getCoefficients(matrix), is_full,
                                 sws_getCoefficients(SWS_CS_DEFAULT), 1, 0, 1 << 16, 1 << 16);
    }

    void scale(const AVFrame& frame, const std::array<std::uint8_t*, 4>& planes, const std::array<int, 4>& strides) {
        check(sws_scale(scaler_.get(), frame.data, frame.linesize, 0, frame.height, planes.data(), strides.data()),
              "convert a frame");
    }

    Tensor bytes_of(const AVFrame& frame) {
        const std::int64_t channels = has_alpha_ ? 4 : 3;
        const Tensor pixels = at::empty({frame.height, frame.width, channels}, at::kByte);
        scale(frame, {pixels.mutable_data_ptr<std::uint8_t>()}, {static_cast<int>(frame.width * channels)});
        return pixels.to(at::kFloat).div_(255.0);
    }

    // Planes come as green, blue, red, alpha.
    Tensor floats_of(const AVFrame& frame) {
        const std::int64_t channels = has_alpha_ ? 4 : 3;
        const Tensor planes = at::empty({channels, frame.height, frame.width}, at::kFloat);
        std::array<std::uint8_t*, 4> starts{};
        std::array<int, 4> strides{};
        for (std::size_t i = 0; i < static_cast<std::size_t>(channels); ++i) {
            starts[i] = reinterpret_cast<std::uint8_t*>(planes[static_cast<std::int64_t>(i)].mutable_data_ptr<float>());
            strides[i] = frame.width * static_cast<int>(sizeof(float));
        }
        scale(frame, starts, strides);
        std::vector<Tensor> rgb = {planes[2], planes[0], planes[1]};
        if (has_alpha_) rgb.push_back(planes[3]);
        return at::stack(rgb, -1);
    }

    bool by_bytes_;
    Scaler scaler_;
    Conversion conversion_;
    bool has_alpha_ = false;
};

// Collects the samples of a window.
class SoundCollector {
public:
    SoundCollector(const AVStream& stream, const Window& window)
        : stream_(stream), window_(window), decoder_(open_decoder(stream)) {}

    bool is_done() const { return done_; }

    void take(const AVPacket* packet) {
        decode(*decoder_, packet, [this](AVFrame& frame) { add(frame); });
    }

    std::optional<Sound> sound() const {
        if (parts_.empty()) return std::nullopt;
        Tensor samples = at::cat(parts_, 1);
        const auto most = static_cast<std::int64_t>(window_.duration * decoder_->sample_rate);
        if (window_.duration > 0) samples = samples.slice(1, 0, most);
        return Sound{samples, decoder_->sample_rate};
    }

private:
    void add(const AVFrame& frame) {
        if (done_) return;
        const double time =
            frame.pts == AV_NOPTS_VALUE ? 0 : static_cast<double>(frame.pts) * av_q2d(stream_.time_base);
        if (window_.duration > 0 && time > window_.start + window_.duration) {
            done_ = true;
            return;
        }
        Tensor samples = converted(frame);
        if (parts_.empty()) {
            const auto skipped =
                std::max<std::int64_t>(0, static_cast<std::int64_t>((window_.start - time) * frame.sample_rate));
            if (skipped >= samples.size(1)) return;
            samples = samples.slice(1, skipped);
        }
        parts_.push_back(samples);
    }

    Tensor converted(const AVFrame& frame) {
        const auto format = static_cast<AVSampleFormat>(frame.format);
        if (!resampler_)
            resampler_ = open_resampler(frame.ch_layout, format, frame.sample_rate, frame.ch_layout, AV_SAMPLE_FMT_FLTP,
                                        frame.sample_rate);
        const Tensor samples = at::empty({frame.ch_layout.nb_channels, frame.nb_samples}, at::kFloat);
        std::vector<std::uint8_t*> planes;
        for (std::int64_t i = 0; i < samples.size(0); ++i)
            planes.push_back(reinterpret_cast<std::uint8_t*>(samples[i].mutable_data_ptr<float>()));
        const int made = check(swr_convert(resampler_.get(), planes.data(), frame.nb_samples,
                                           const_cast<const std::uint8_t**>(frame.extended_data), frame.nb_samples),
                               "convert samples");
        return samples.slice(1, 0, made);
    }

    const AVStream& stream_;
    Window window_;
    Coder decoder_;
    Resampler resampler_;
    std::vector<Tensor> parts_;
    bool done_ = false;
};

// The last sound of a file that can be decoded.
const AVStream* last_sound(const AVFormatContext& demuxer) {
    for (unsigned i = demuxer.nb_streams; i-- > 0;) {
        const AVCodecParameters& parameters = *demuxer.streams[i]->codecpar;
        if (parameters.codec_type == AVMEDIA_TYPE_AUDIO && avcodec_find_decoder(parameters.codec_id))
            return demuxer.streams[i];
    }
    return nullptr;
}

}  // namespace

VideoFacts video_facts(const std::filesystem::path& file) {
    const Demuxer demuxer = open_file(file);
    const AVStream& stream = first_video(*demuxer);
    const AVCodecParameters& parameters = *stream.codecpar;
    VideoFacts facts{.width = parameters.width,
                     .height = parameters.height,
                     .codec = avcodec_get_name(parameters.codec_id),
                     .container = demuxer->iformat->name,
                     .seconds = seconds_of(*demuxer, stream),
                     .frames = stream.nb_frames,
                     .rate = rate_of(stream)};
    if (const auto* description = av_pix_fmt_desc_get(static_cast<AVPixelFormat>(parameters.format)))
        for (int i = 0; i < description->nb_components; ++i)
            facts.bit_depth = std::max<std::int64_t>(facts.bit_depth, description->comp[i].depth);
    if (const char* space = color_space_of(parameters.color_trc))
        facts.color_space = space, facts.says_color_space = true;
    if (const AVStream* sound = last_sound(*demuxer)) facts.sound_codec = avcodec_get_name(sound->codecpar->codec_id);
    if (facts.frames <= 0)
        facts.frames = static_cast<std::int64_t>(std::nearbyint(facts.seconds * facts.rate.per_second()));
    return facts;
}

DecodedVideo read_video_file(const std::filesystem::path& file, const Window& asked) {
    const Demuxer demuxer = open_file(file);
    const AVStream& stream = first_video(*demuxer);
    Window window = asked;
    if (window.start < 0) window.start = std::max(seconds_of(*demuxer, stream) + window.start, 0.0);
    const double tick = av_q2d(stream.time_base);
    const auto first = static_cast<std::int64_t>(window.start / tick);
    const auto end = static_cast<std::int64_t>((window.start + window.duration) / tick);
    if (first != 0)
        check(av_seek_frame(demuxer.get(), stream.index, first, AVSEEK_FLAG_BACKWARD), "seek in " + file.string());

    const Coder decoder = open_decoder(stream);
    if (!decoder) throw UserError(file.string() + " is in a form that cannot be decoded");
    decoder->thread_count = 1;
    const AVStream* sound_stream = last_sound(*demuxer);
    std::optional<SoundCollector> sound;
    if (sound_stream) sound.emplace(*sound_stream, window);

    FrameReader read(window.by_bytes);
    std::vector<Tensor> frames;
    bool done = false;
    const std::int64_t turns = quarter_turns(stream);
    const auto take = [&](AVFrame& frame) {
        if (done || (frame.pts != AV_NOPTS_VALUE && frame.pts < first)) return;
        if (window.duration > 0 && frame.pts >= end) {
            done = true;
            return;
        }
        const Tensor pixels = read(frame);
        frames.push_back(turns == 0 ? pixels : pixels.rot90(turns, {0, 1}).contiguous());
    };
    const Packet packet = owned<Packet>(av_packet_alloc());
    while ((!done || (sound && !sound->is_done())) && av_read_frame(demuxer.get(), packet.get()) >= 0) {
        if (packet->stream_index == stream.index && !done) decode(*decoder, packet.get(), take);
        if (sound && packet->stream_index == sound_stream->index && !sound->is_done()) sound->take(packet.get());
        av_packet_unref(packet.get());
    }
    if (!done) decode(*decoder, nullptr, take);
    if (sound && !sound->is_done()) sound->take(nullptr);

    DecodedVideo video{.frames = frames.empty() ? at::zeros({0, 0, 0, 3}) : at::stack(frames),
                       .alpha = std::nullopt,
                       .sound = sound ? sound->sound() : std::nullopt,
                       .rate = rate_of(stream)};
    if (video.frames.size(-1) == 4) {
        video.alpha = video.frames.select(-1, 3);
        video.frames = video.frames.slice(-1, 0, 3);
    }
    return video;
}

}  // namespace easel::media
