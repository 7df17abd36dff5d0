// libav's structures with owners, and its errors as ours.
#pragma once

#include "media/codecs.hpp"

extern "C" {
#include <libavcodec/avcodec.h>
#include <libavformat/avformat.h>
#include <libavutil/audio_fifo.h>
#include <libavutil/opt.h>
#include <libavutil/pixdesc.h>
#include <libswresample/swresample.h>
#include <libswscale/swscale.h>
}

#include <functional>
#include <memory>
#include <string>

namespace easel::media {

template <class T, void (*release)(T**)>
struct ReleaseByPointer {
    void operator()(T* owned) const { release(&owned); }
};
struct ReleaseSws {
    void operator()(SwsContext* owned) const { sws_freeContext(owned); }
};
struct ReleaseFifo {
    void operator()(AVAudioFifo* owned) const { av_audio_fifo_free(owned); }
};

using Demuxer = std::unique_ptr<AVFormatContext, ReleaseByPointer<AVFormatContext, avformat_close_input>>;
using Coder = std::unique_ptr<AVCodecContext, ReleaseByPointer<AVCodecContext, avcodec_free_context>>;
using Frame = std::unique_ptr<AVFrame, ReleaseByPointer<AVFrame, av_frame_free>>;
using Packet = std::unique_ptr<AVPacket, ReleaseByPointer<AVPacket, av_packet_free>>;
using Resampler = std::unique_ptr<SwrContext, ReleaseByPointer<SwrContext, swr_free>>;
using Scaler = std::unique_ptr<SwsContext, ReleaseSws>;
using Fifo = std::unique_ptr<AVAudioFifo, ReleaseFifo>;

// Throws a ValueError "cannot <doing>: <libav's text>" for a negative result; gives the result back.
int check(int result, const std::string& doing);

// An allocation that came out null is no memory.
template <class Owner>
Owner owned(typename Owner::pointer made) {
    if (!made) check(AVERROR(ENOMEM), "hold a frame");
    return Owner(made);
}

Demuxer open_file(const std::filesystem::path& file);

// The decoder of a stream; null when libav has none.
Coder open_decoder(const AVStream& stream);

// Every frame that a decoder makes of `packet` (null: what is left). Damaged packets are passed over.
void decode(AVCodecContext& decoder, const AVPacket* packet, const std::function<void(AVFrame&)>& take);

// A resampler to planar or packed floats of a layout and a rate.
Resampler open_resampler(const AVChannelLayout& from, AVSampleFormat from_format, int from_rate,
                         const AVChannelLayout& to, AVSampleFormat to_format, int to_rate);

// A file being written: the container, its streams' encoders, the end.
class Muxer {
public:
    // Into `file`, or into memory when there is none.
    Muxer(const std::optional<std::filesystem::path>& file, const std::string& container, const Tags& tags);
    ~Muxer();
    Muxer(const Muxer&) = delete;
    Muxer& operator=(const Muxer&) = delete;

    AVFormatContext& context() { return *context_; }
    // A stream for an encoder that is set up but not open yet; opens it.
    AVStream& add(AVCodecContext& encoder, AVDictionary** options);
    void start(AVDictionary** options);
    // Encodes and writes; no frame: the end of the stream.
    void encode(AVCodecContext& encoder, AVStream& stream, const AVFrame* frame);
    void write(AVPacket& packet);
    // Completes the file; the bytes when it was written into memory.
    std::vector<std::uint8_t> finish();

private:
    AVFormatContext* context_ = nullptr;
    bool in_memory_ = false;
    std::filesystem::path file_;
    bool finished_ = false;
};

// Encodes a whole sound into a stream that was added for `encoder`; converts to what that takes.
void encode_samples(Muxer& muxer, AVCodecContext& encoder, AVStream& stream, const Sound& sound);

// An encoder by name, with the channels and the rate of a sound. Throws for more than two channels, or six.
Coder make_sound_encoder(const char* name, std::int64_t channels, std::int64_t rate);

// Functions behind the interface, one file each.
Sound read_sound_file(const std::filesystem::path& file);
std::vector<std::uint8_t> encode_sound_file(const Sound& sound, const SoundFormat& format, const Tags& tags);
VideoFacts video_facts(const std::filesystem::path& file);
DecodedVideo read_video_file(const std::filesystem::path& file, const Window& window);
void write_video_file(const std::filesystem::path& file, const Tensor& frames, const std::optional<Sound>& sound,
                      FrameRate rate, const VideoFormat& format, const Tags& tags);
void copy_video_file(const std::filesystem::path& from, const std::filesystem::path& to, const std::string& container,
                     const Tags& tags);

}  // namespace easel::media
