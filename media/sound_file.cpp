#include "media/av.hpp"

#include "base/error.hpp"

#include <ATen/ops/cat.h>
#include <ATen/ops/empty.h>
#include <ATen/ops/from_blob.h>

#include <algorithm>

namespace easel::media {
namespace {

// A frame's samples as [channels, samples] between -1 and 1.
Tensor samples_of(const AVFrame& frame) {
    const auto format = static_cast<AVSampleFormat>(frame.format);
    const int channels = frame.ch_layout.nb_channels;
    const bool is_planar = av_sample_fmt_is_planar(format) != 0;
    at::ScalarType type = at::kFloat;
    double scale = 1;
    switch (av_get_packed_sample_fmt(format)) {
    case AV_SAMPLE_FMT_FLT:
        break;
    case AV_SAMPLE_FMT_DBL:
        type = at::kDouble;
        break;
    case AV_SAMPLE_FMT_S16:
        type = at::kShort, scale = 32768;
        break;
    case AV_SAMPLE_FMT_S32:
        type = at::kInt, scale = 2147483648.0;
        break;
    default:
        throw UserError(std::string("samples of the kind ") + av_get_sample_fmt_name(format) + " cannot be read");
    }
    const auto plane = [&](int index, std::int64_t count) {
        return at::from_blob(frame.extended_data[index], {count}, at::TensorOptions(type)).to(at::kFloat, false, true);
    };
    if (!is_planar)
        return plane(0, std::int64_t{frame.nb_samples} * channels).view({-1, channels}).t().contiguous().div_(scale);
    std::vector<Tensor> planes;
    for (int i = 0; i < channels; ++i)
        planes.push_back(plane(i, frame.nb_samples).unsqueeze(0));
    return at::cat(planes).div_(scale);
}

const AVSampleFormat& first_format(const AVCodec& codec) { return codec.sample_fmts[0]; }

}  // namespace

Sound read_sound_file(const std::filesystem::path& file) {
    const Demuxer demuxer = open_file(file);
    const AVStream* stream = nullptr;
    for (unsigned i = 0; i < demuxer->nb_streams && !stream; ++i)
        if (demuxer->streams[i]->codecpar->codec_type == AVMEDIA_TYPE_AUDIO) stream = demuxer->streams[i];
    if (!stream) throw UserError("No audio stream found in the file.");
    const Coder decoder = open_decoder(*stream);
    if (!decoder) throw UserError("the sound of " + file.string() + " is in a form that cannot be decoded");

    std::vector<Tensor> parts;
    const auto take = [&](AVFrame& frame) { parts.push_back(samples_of(frame)); };
    const Packet packet = owned<Packet>(av_packet_alloc());
    while (av_read_frame(demuxer.get(), packet.get()) >= 0) {
        if (packet->stream_index == stream->index) decode(*decoder, packet.get(), take);
        av_packet_unref(packet.get());
    }
    decode(*decoder, nullptr, take);
    if (parts.empty()) throw UserError("No audio frames decoded.");
    return {.samples = at::cat(parts, 1), .rate = decoder->sample_rate};
}

Coder make_sound_encoder(const char* name, std::int64_t channels, std::int64_t rate) {
    const AVCodec* codec = avcodec_find_encoder_by_name(name);
    if (!codec) throw UserError(std::string("there is no encoder ") + name + " in libav here");
    if (channels != 1 && channels != 2 && channels != 6)
        throw UserError("a sound of " + std::to_string(channels) + " channels cannot be saved; give it one or two");
    Coder encoder = owned<Coder>(avcodec_alloc_context3(codec));
    av_channel_layout_default(&encoder->ch_layout, static_cast<int>(channels));
    encoder->sample_fmt = first_format(*codec);
    encoder->sample_rate = static_cast<int>(rate);
    encoder->time_base = {1, static_cast<int>(rate)};
    encoder->bit_rate = 0;
    return encoder;
}

void encode_samples(Muxer& muxer, AVCodecContext& encoder, AVStream& stream, const Sound& sound) {
    AVChannelLayout layout{};
    av_channel_layout_default(&layout, static_cast<int>(sound.samples.size(0)));
    const Resampler resampler = open_resampler(layout, AV_SAMPLE_FMT_FLTP, static_cast<int>(sound.rate),
                                               encoder.ch_layout, encoder.sample_fmt, encoder.sample_rate);
    const Tensor samples = sound.samples.to(at::kFloat).contiguous();
    std::vector<const std::uint8_t*> planes;
    for (std::int64_t i = 0; i < samples.size(0); ++i)
        planes.push_back(reinterpret_cast<const std::uint8_t*>(samples[i].const_data_ptr<float>()));

    const Fifo fifo = owned<Fifo>(av_audio_fifo_alloc(encoder.sample_fmt, encoder.ch_layout.nb_channels, 1));
    const auto store = [&](const std::uint8_t** input, int count) {
        const Frame converted = owned<Frame>(av_frame_alloc());
        converted->format = encoder.sample_fmt;
        converted->sample_rate = encoder.sample_rate;
        converted->nb_samples = std::max(swr_get_out_samples(resampler.get(), count), 1);
        check(av_channel_layout_copy(&converted->ch_layout, &encoder.ch_layout), "convert samples");
        check(av_frame_get_buffer(converted.get(), 0), "convert samples");
        const int made =
            check(swr_convert(resampler.get(), converted->extended_data, converted->nb_samples, input, count),
                  "convert samples");
        check(av_audio_fifo_write(fifo.get(), reinterpret_cast<void**>(converted->extended_data), made),
              "convert samples");
    };
    store(planes.data(), static_cast<int>(samples.size(1)));
    store(nullptr, 0);

    std::int64_t position = 0;
    const int size = encoder.frame_size > 0 ? encoder.frame_size : 1024;
    while (const int left = av_audio_fifo_size(fifo.get())) {
        const Frame frame = owned<Frame>(av_frame_alloc());
        frame->format = encoder.sample_fmt;
        frame->sample_rate = encoder.sample_rate;
        frame->nb_samples = std::min(size, left);
        check(av_channel_layout_copy(&frame->ch_layout, &encoder.ch_layout), "encode samples");
        check(av_frame_get_buffer(frame.get(), 0), "encode samples");
        check(av_audio_fifo_read(fifo.get(), reinterpret_cast<void**>(frame->extended_data), frame->nb_samples),
              "encode samples");
        frame->pts = position;
        position += frame->nb_samples;
        muxer.encode(encoder, stream, frame.get());
    }
    muxer.encode(encoder, stream, nullptr);
}

std::vector<std::uint8_t> encode_sound_file(const Sound& sound, const SoundFormat& format, const Tags& tags) {
    const char* name = format.container == "mp3" ? "libmp3lame" : format.container == "opus" ? "libopus" : "flac";
    Muxer muxer(std::nullopt, format.container, tags);
    const Coder encoder = make_sound_encoder(name, sound.samples.size(0), sound.rate);
    encoder->bit_rate = format.bits_per_second;
    if (format.best_variable_quality) {
        encoder->flags |= AV_CODEC_FLAG_QSCALE;
        encoder->global_quality = 0;
    }
    AVStream& stream = muxer.add(*encoder, nullptr);
    muxer.start(nullptr);
    encode_samples(muxer, *encoder, stream, sound);
    return muxer.finish();
}

}  // namespace easel::media
