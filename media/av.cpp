#include "media/av.hpp"

#include "base/error.hpp"

#include <array>

namespace easel::media {

int check(int result, const std::string& doing) {
    if (result >= 0) return result;
    std::array<char, AV_ERROR_MAX_STRING_SIZE> text{};
    av_strerror(result, text.data(), text.size());
    throw UserError("cannot " + doing + ": " + text.data());
}

Demuxer open_file(const std::filesystem::path& file) {
    AVFormatContext* opened = nullptr;
    check(avformat_open_input(&opened, file.c_str(), nullptr, nullptr), "open " + file.string());
    Demuxer demuxer(opened);
    check(avformat_find_stream_info(demuxer.get(), nullptr), "read " + file.string());
    return demuxer;
}

Coder open_decoder(const AVStream& stream) {
    const AVCodec* codec = avcodec_find_decoder(stream.codecpar->codec_id);
    if (!codec) return nullptr;
    Coder decoder = owned<Coder>(avcodec_alloc_context3(codec));
    check(avcodec_parameters_to_context(decoder.get(), stream.codecpar), "set up a decoder");
    decoder->pkt_timebase = stream.time_base;
    check(avcodec_open2(decoder.get(), codec, nullptr), std::string("start the decoder ") + codec->name);
    return decoder;
}

void decode(AVCodecContext& decoder, const AVPacket* packet, const std::function<void(AVFrame&)>& take) {
    const Frame frame = owned<Frame>(av_frame_alloc());
    if (const int sent = avcodec_send_packet(&decoder, packet); sent == AVERROR_INVALIDDATA) return;
    for (;;) {
        const int received = avcodec_receive_frame(&decoder, frame.get());
        if (received == AVERROR(EAGAIN) || received == AVERROR_EOF || received == AVERROR_INVALIDDATA) return;
        check(received, "decode a frame");
        take(*frame);
        av_frame_unref(frame.get());
    }
}

Resampler open_resampler(const AVChannelLayout& from, AVSampleFormat from_format, int from_rate,
                         const AVChannelLayout& to, AVSampleFormat to_format, int to_rate) {
    SwrContext* made = nullptr;
    AVChannelLayout input = from, output = to;  // libav asks for ones that it may change
    check(swr_alloc_set_opts2(&made, &output, to_format, to_rate, &input, from_format, from_rate, 0, nullptr),
          "convert samples");
    Resampler resampler(made);
    check(swr_init(resampler.get()), "convert samples");
    return resampler;
}

Muxer::Muxer(const std::optional<std::filesystem::path>& file, const std::string& container, const Tags& tags)
    : in_memory_(!file), file_(file.value_or("")) {
    check(avformat_alloc_output_context2(&context_, nullptr, container.c_str(), file ? file->c_str() : nullptr),
          "write a file of the kind " + container);
    const int opened =
        in_memory_ ? avio_open_dyn_buf(&context_->pb) : avio_open(&context_->pb, file_.c_str(), AVIO_FLAG_WRITE);
    if (opened < 0) {
        avformat_free_context(context_);
        check(opened, "write " + file_.string());
    }
    for (const auto& [name, text] : tags)
        av_dict_set(&context_->metadata, name.c_str(), text.c_str(), 0);
}

Muxer::~Muxer() {
    if (in_memory_ && context_->pb) {
        std::uint8_t* bytes = nullptr;
        avio_close_dyn_buf(context_->pb, &bytes);
        av_free(bytes);
    } else if (context_->pb) {
        avio_closep(&context_->pb);
    }
    avformat_free_context(context_);
    std::error_code ignored;
    if (!in_memory_ && !finished_) std::filesystem::remove(file_, ignored);
}

AVStream& Muxer::add(AVCodecContext& encoder, AVDictionary** options) {
    if (context_->oformat->flags & AVFMT_GLOBALHEADER) encoder.flags |= AV_CODEC_FLAG_GLOBAL_HEADER;
    check(avcodec_open2(&encoder, nullptr, options), std::string("start the encoder ") + encoder.codec->name);
    AVStream* stream = avformat_new_stream(context_, nullptr);
    if (!stream) check(AVERROR(ENOMEM), "add a stream");
    check(avcodec_parameters_from_context(stream->codecpar, &encoder), "add a stream");
    stream->time_base = encoder.time_base;
    if (encoder.codec_type == AVMEDIA_TYPE_VIDEO) stream->avg_frame_rate = encoder.framerate;
    return *stream;
}

void Muxer::start(AVDictionary** options) {
    check(avformat_write_header(context_, options), "write " + file_.string());
}

void Muxer::encode(AVCodecContext& encoder, AVStream& stream, const AVFrame* frame) {
    check(avcodec_send_frame(&encoder, frame), "encode a frame");
    const Packet packet = owned<Packet>(av_packet_alloc());
    for (;;) {
        const int received = avcodec_receive_packet(&encoder, packet.get());
        if (received == AVERROR(EAGAIN) || received == AVERROR_EOF) return;
        check(received, "encode a frame");
        packet->stream_index = stream.index;
        av_packet_rescale_ts(packet.get(), encoder.time_base, stream.time_base);
        write(*packet);
    }
}

void Muxer::write(AVPacket& packet) { check(av_interleaved_write_frame(context_, &packet), "write " + file_.string()); }

std::vector<std::uint8_t> Muxer::finish() {
    check(av_write_trailer(context_), "complete " + file_.string());
    finished_ = true;
    if (!in_memory_) return {};
    std::uint8_t* bytes = nullptr;
    const int size = avio_close_dyn_buf(context_->pb, &bytes);
    context_->pb = nullptr;
    std::vector<std::uint8_t> content(bytes, bytes + size);
    av_free(bytes);
    return content;
}

}  // namespace easel::media
