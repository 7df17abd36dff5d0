#include "media/av.hpp"

#include "base/error.hpp"

#include <algorithm>
#include <cmath>

namespace easel::media {
namespace {

// Options of an encoder or a container.
class Options {
public:
    ~Options() { av_dict_free(&options_); }
    void set(const char* name, const std::string& value) { av_dict_set(&options_, name, value.c_str(), 0); }
    AVDictionary** get() { return &options_; }

private:
    AVDictionary* options_ = nullptr;
};

constexpr const char* tagged_and_streamable = "use_metadata_tags+faststart";

bool is_hdr(const VideoFormat& format) { return format.color_space == "HDR" || format.color_space == "HDR PQ"; }

void set_color(AVCodecContext& encoder, const VideoFormat& format) {
    encoder.color_range = AVCOL_RANGE_MPEG;
    encoder.color_primaries = is_hdr(format) ? AVCOL_PRI_BT2020 : AVCOL_PRI_BT709;
    encoder.colorspace = is_hdr(format) ? AVCOL_SPC_BT2020_NCL : AVCOL_SPC_BT709;
    encoder.color_trc = format.color_space == "HDR"      ? AVCOL_TRC_ARIB_STD_B67
                        : format.color_space == "HDR PQ" ? AVCOL_TRC_SMPTE2084
                                                         : AVCOL_TRC_IEC61966_2_1;
}

Coder make_video_encoder(const Tensor& frames, FrameRate rate, const VideoFormat& format) {
    const char* name = format.codec == "av1" ? "libsvtav1" : format.codec == "vp9" ? "libvpx-vp9" : "libx264";
    const AVCodec* codec = avcodec_find_encoder_by_name(name);
    if (!codec) throw UserError(std::string("there is no encoder ") + name + " in libav here");
    Coder encoder = owned<Coder>(avcodec_alloc_context3(codec));
    encoder->width = static_cast<int>(frames.size(2));
    encoder->height = static_cast<int>(frames.size(1));
    encoder->framerate = {static_cast<int>(rate.numerator), static_cast<int>(rate.denominator)};
    encoder->time_base = av_inv_q(encoder->framerate);
    encoder->bit_rate = 0;
    encoder->pix_fmt = format.keeps_alpha       ? AV_PIX_FMT_YUVA420P
                       : format.bit_depth >= 10 ? AV_PIX_FMT_YUV420P10LE
                                                : AV_PIX_FMT_YUV420P;
    if (!format.color_space.empty()) set_color(*encoder, format);
    return encoder;
}

void set_quality(Options& options, const VideoFormat& format) {
    if (!format.preset.empty()) options.set("preset", format.preset);
    if (!format.crf) return;
    if (format.codec == "av1" && *format.crf == 0)
        options.set("svtav1-params", "lossless=1");
    else
        options.set("crf", std::to_string(*format.crf));
}

// Turns [h, w, channels] into frames that an encoder takes.
class FrameWriter {
public:
    FrameWriter(const AVCodecContext& encoder, const VideoFormat& format) : encoder_(encoder), format_(format) {
        const AVPixelFormat source = format.keeps_alpha       ? AV_PIX_FMT_RGBA
                                     : format.bit_depth >= 10 ? AV_PIX_FMT_RGB48LE
                                                              : AV_PIX_FMT_RGB24;
        scaler_.reset(sws_getContext(encoder.width, encoder.height, source, encoder.width, encoder.height,
                                     encoder.pix_fmt, SWS_BILINEAR, nullptr, nullptr, nullptr));
        if (!scaler_) check(AVERROR(EINVAL), "convert frames of this size");
        const int matrix = format.color_space.empty() ? SWS_CS_DEFAULT : is_hdr(format) ? SWS_CS_BT2020 : SWS_CS_ITU709;
        sws_setColorspaceDetails(scaler_.get(), sws_getCoefficients(SWS_CS_DEFAULT), 1, sws_getCoefficients(matrix), 0,
                                 0, 1 << 16, 1 << 16);
    }

    Frame operator()(const Tensor& picture, std::int64_t index) const {
        Frame frame = owned<Frame>(av_frame_alloc());
        frame->format = encoder_.pix_fmt;
        frame->width = encoder_.width;
        frame->height = encoder_.height;
        frame->pts = index;
        frame->color_primaries = encoder_.color_primaries;
        frame->color_trc = encoder_.color_trc;
        frame->colorspace = encoder_.colorspace;
        frame->color_range = encoder_.color_range;
        check(av_frame_get_buffer(frame.get(), 0), "hold a frame");
        const Tensor samples = samples_of(picture);
        const std::uint8_t* start = static_cast<const std::uint8_t*>(samples.const_data_ptr());
        const int stride =
            static_cast<int>(samples.size(1) * samples.size(2) * static_cast<std::int64_t>(samples.element_size()));
        check(sws_scale(scaler_.get(), &start, &stride, 0, encoder_.height, frame->data, frame->linesize),
              "convert a frame");
        return frame;
    }

private:
    Tensor samples_of(const Tensor& picture) const {
        const Tensor colors = picture.slice(-1, 0, format_.keeps_alpha ? 4 : 3).to(at::kFloat);
        if (format_.keeps_alpha || format_.bit_depth < 10)
            return colors.mul(255).clamp_(0, 255).to(at::kByte).contiguous();
        // 16 bits in the bits of a signed type.
        return colors.mul(65535).clamp_(0, 65535).to(at::kInt).to(at::kShort).contiguous();
    }

    const AVCodecContext& encoder_;
    const VideoFormat& format_;
    Scaler scaler_;
};

}  // namespace

void write_video_file(const std::filesystem::path& file, const Tensor& frames, const std::optional<Sound>& sound,
                      FrameRate rate, const VideoFormat& format, const Tags& tags) {
    if (frames.size(0) == 0) throw UserError("there is no frame to make a video of");
    Muxer muxer(file, format.container, tags);
    const Coder encoder = make_video_encoder(frames, rate, format);
    Options quality;
    set_quality(quality, format);
    AVStream& stream = muxer.add(*encoder, quality.get());

    Coder sound_encoder;
    AVStream* sound_stream = nullptr;
    if (sound) {
        const bool is_webm = format.container == "webm";
        sound_encoder =
            make_sound_encoder(is_webm ? "libopus" : "aac", sound->samples.size(0), is_webm ? 48000 : sound->rate);
        sound_stream = &muxer.add(*sound_encoder, nullptr);
    }
    Options container;
    if (format.container == "mp4") container.set("movflags", tagged_and_streamable);
    muxer.start(container.get());

    const FrameWriter make_frame(*encoder, format);
    for (std::int64_t i = 0; i < frames.size(0); ++i)
        muxer.encode(*encoder, stream, make_frame(frames[i], i).get());
    muxer.encode(*encoder, stream, nullptr);
    if (sound) {
        const double seconds = static_cast<double>(frames.size(0)) / rate.per_second();
        const auto most = static_cast<std::int64_t>(std::ceil(static_cast<double>(sound->rate) * seconds));
        encode_samples(muxer, *sound_encoder, *sound_stream, {sound->samples.slice(1, 0, most), sound->rate});
    }
    muxer.finish();
}

void copy_video_file(const std::filesystem::path& from, const std::filesystem::path& to, const std::string& container,
                     const Tags& tags) {
    const Demuxer demuxer = open_file(from);
    Tags all;
    for (const AVDictionaryEntry* entry = nullptr;
         (entry = av_dict_get(demuxer->metadata, "", entry, AV_DICT_IGNORE_SUFFIX));)
        all.emplace_back(entry->key, entry->value);
    all.insert(all.end(), tags.begin(), tags.end());
    Muxer muxer(to, container, all);

    std::vector<AVStream*> streams(demuxer->nb_streams, nullptr);
    for (unsigned i = 0; i < demuxer->nb_streams; ++i) {
        const AVCodecParameters& parameters = *demuxer->streams[i]->codecpar;
        const bool is_copied = parameters.codec_type == AVMEDIA_TYPE_VIDEO ||
                               parameters.codec_type == AVMEDIA_TYPE_AUDIO ||
                               parameters.codec_type == AVMEDIA_TYPE_SUBTITLE;
        if (!is_copied || !avcodec_find_decoder(parameters.codec_id)) continue;
        streams[i] = avformat_new_stream(&muxer.context(), nullptr);
        if (!streams[i]) check(AVERROR(ENOMEM), "add a stream");
        check(avcodec_parameters_copy(streams[i]->codecpar, &parameters), "copy a stream");
        streams[i]->codecpar->codec_tag = 0;
        streams[i]->time_base = demuxer->streams[i]->time_base;
        streams[i]->avg_frame_rate = demuxer->streams[i]->avg_frame_rate;
    }
    Options options;
    if (container == "mp4" || container == "mov") options.set("movflags", tagged_and_streamable);
    muxer.start(options.get());
    const Packet packet = owned<Packet>(av_packet_alloc());
    while (av_read_frame(demuxer.get(), packet.get()) >= 0) {
        const auto index = static_cast<std::size_t>(packet->stream_index);
        if (index < streams.size() && streams[index] && packet->dts != AV_NOPTS_VALUE) {
            av_packet_rescale_ts(packet.get(), demuxer->streams[index]->time_base, streams[index]->time_base);
            packet->stream_index = streams[index]->index;
            packet->pos = -1;
            muxer.write(*packet);
        }
        av_packet_unref(packet.get());
    }
    muxer.finish();
}

}  // namespace easel::media
