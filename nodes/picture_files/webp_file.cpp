#include "nodes/picture_files/webp_file.hpp"

#include "base/error.hpp"

#include <webp/decode.h>
#include <webp/demux.h>
#include <webp/encode.h>
#include <webp/mux.h>

#include <algorithm>
#include <cstring>
#include <memory>

namespace easel::nodes {

namespace {

constexpr const char* unreadable = "a WebP file that cannot be read";

int quarter_turns(const WebPData& file) {
    const std::unique_ptr<WebPDemuxer, decltype(&WebPDemuxDelete)> demuxer(WebPDemux(&file), WebPDemuxDelete);
    WebPChunkIterator chunk{};
    if (!demuxer || !WebPDemuxGetChunk(demuxer.get(), "EXIF", 1, &chunk)) return 0;
    std::span<const std::uint8_t> exif(chunk.chunk.bytes, chunk.chunk.size);
    if (exif.size() > 6 && std::memcmp(exif.data(), "Exif\0\0", 6) == 0) exif = exif.subspan(6);
    const int turns = exif_quarter_turns(exif);
    WebPDemuxReleaseChunkIterator(&chunk);
    return turns;
}

// The reference reads lossless files by way of a format with alpha, whether they have any or not.
DecodedPicture read_still(const WebPData& file, const WebPBitstreamFeatures& features) {
    constexpr int lossless = 2;
    const bool with_alpha = features.has_alpha || features.format == lossless;
    const std::int64_t channels = with_alpha ? 4 : 3;
    const Tensor samples = at::empty({1, features.height, features.width, channels}, at::kByte);
    auto* out = samples.mutable_data_ptr<std::uint8_t>();
    const auto size = static_cast<std::size_t>(samples.numel());
    const int stride = static_cast<int>(channels) * features.width;
    const auto* read = with_alpha ? WebPDecodeRGBAInto(file.bytes, file.size, out, size, stride)
                                  : WebPDecodeRGBInto(file.bytes, file.size, out, size, stride);
    if (!read) throw UserError(unreadable);
    const Levels levels = features.format == lossless ? Levels::packed : Levels::widened;
    return turned(from_bytes(samples, levels), quarter_turns(file));
}

DecodedPicture read_frames(const WebPData& file, bool has_alpha) {
    WebPAnimDecoderOptions options;
    WebPAnimDecoderOptionsInit(&options);
    const std::unique_ptr<WebPAnimDecoder, decltype(&WebPAnimDecoderDelete)> decoder(
        WebPAnimDecoderNew(&file, &options), WebPAnimDecoderDelete);
    WebPAnimInfo animation{};
    if (!decoder || !WebPAnimDecoderGetInfo(decoder.get(), &animation)) throw UserError(unreadable);
    require_reasonable_size(animation.canvas_width, animation.canvas_height, animation.frame_count);

    std::vector<Tensor> frames;
    while (WebPAnimDecoderHasMoreFrames(decoder.get())) {
        std::uint8_t* pixels = nullptr;
        int timestamp = 0;
        if (!WebPAnimDecoderGetNext(decoder.get(), &pixels, &timestamp)) break;
        const Tensor frame = at::from_blob(pixels, {animation.canvas_height, animation.canvas_width, 4}, at::kByte);
        frames.push_back(frame.narrow(2, 0, has_alpha ? 4 : 3).clone());
    }
    if (frames.empty()) throw UserError(unreadable);
    return from_bytes(at::stack(frames), Levels::exact);
}

struct OwnedPicture {
    WebPPicture picture{};
    OwnedPicture() { WebPPictureInit(&picture); }
    OwnedPicture(const OwnedPicture&) = delete;
    ~OwnedPicture() { WebPPictureFree(&picture); }
};

struct OwnedData {
    WebPData data{};
    OwnedData() { WebPDataInit(&data); }
    OwnedData(const OwnedData&) = delete;
    ~OwnedData() { WebPDataClear(&data); }
};

WebPConfig configuration(const WebpSettings& settings) {
    WebPConfig config;
    WebPConfigInit(&config);
    config.lossless = settings.lossless ? 1 : 0;
    config.quality = static_cast<float>(settings.quality);
    config.method = settings.method;
    return config;
}

void fill(WebPPicture& picture, const Tensor& frame) {
    const Tensor pixels = frame.contiguous();
    picture.width = static_cast<int>(pixels.size(1));
    picture.height = static_cast<int>(pixels.size(0));
    picture.use_argb = 1;
    const auto* bytes = pixels.const_data_ptr<std::uint8_t>();
    const int channels = static_cast<int>(pixels.size(2));
    const auto import = channels == 4 ? WebPPictureImportRGBA : WebPPictureImportRGB;
    if (!import(&picture, bytes, channels * picture.width)) throw Error("cannot hold a picture for WebP");
}

std::vector<std::uint8_t> with_exif(const WebPData& file, const std::string& exif) {
    const std::unique_ptr<WebPMux, decltype(&WebPMuxDelete)> mux(WebPMuxCreate(&file, 1), WebPMuxDelete);
    OwnedData out;
    const WebPData chunk{reinterpret_cast<const std::uint8_t*>(exif.data()), exif.size()};
    if (!mux || (!exif.empty() && WebPMuxSetChunk(mux.get(), "EXIF", &chunk, 1) != WEBP_MUX_OK) ||
        WebPMuxAssemble(mux.get(), &out.data) != WEBP_MUX_OK)
        throw Error("cannot put a WebP file together");
    return {out.data.bytes, out.data.bytes + out.data.size};
}

}  // namespace

DecodedPicture read_webp(std::span<const std::uint8_t> file) {
    const WebPData data{file.data(), file.size()};
    WebPBitstreamFeatures features{};
    if (WebPGetFeatures(data.bytes, data.size, &features) != VP8_STATUS_OK) throw UserError(unreadable);
    require_reasonable_size(features.width, features.height);
    return features.has_animation ? read_frames(data, features.has_alpha != 0) : read_still(data, features);
}

std::vector<std::uint8_t> encode_webp(const Tensor& frames, const WebpSettings& settings) {
    const bool fits = frames.dim() == 4 && frames.scalar_type() == at::kByte && frames.size(0) > 0 &&
                      (frames.size(3) == 3 || frames.size(3) == 4) && frames.size(1) <= WEBP_MAX_DIMENSION &&
                      frames.size(2) <= WEBP_MAX_DIMENSION;
    if (!fits) throw UserError("a WebP file holds pictures of 3 or 4 channels and at most 16383 pixels a side");
    const WebPConfig config = configuration(settings);
    WebPAnimEncoderOptions options;
    WebPAnimEncoderOptionsInit(&options);
    const std::unique_ptr<WebPAnimEncoder, decltype(&WebPAnimEncoderDelete)> encoder(
        WebPAnimEncoderNew(static_cast<int>(frames.size(2)), static_cast<int>(frames.size(1)), &options),
        WebPAnimEncoderDelete);
    int timestamp = 0;
    for (std::int64_t i = 0; encoder && i < frames.size(0); ++i, timestamp += settings.milliseconds) {
        OwnedPicture frame;
        fill(frame.picture, frames[i]);
        if (!WebPAnimEncoderAdd(encoder.get(), &frame.picture, timestamp, &config))
            throw Error(std::string("cannot encode a WebP frame: ") + WebPAnimEncoderGetError(encoder.get()));
    }
    OwnedData assembled;
    if (!encoder || !WebPAnimEncoderAdd(encoder.get(), nullptr, timestamp, nullptr) ||
        !WebPAnimEncoderAssemble(encoder.get(), &assembled.data))
        throw Error("cannot encode a WebP file");
    return with_exif(assembled.data, settings.exif);
}

std::string exif_texts(const std::vector<std::pair<std::uint16_t, std::string>>& entries) {
    const auto little = [](std::size_t value, int bytes) {
        std::string out;
        for (int i = 0; i < bytes; ++i)
            out += static_cast<char>(value >> 8 * i & 0xff);
        return out;
    };
    auto sorted = entries;
    std::stable_sort(sorted.begin(), sorted.end(), [](const auto& a, const auto& b) { return a.first < b.first; });
    std::string directory = little(sorted.size(), 2), texts;
    const std::size_t texts_at = 8 + 2 + 12 * sorted.size() + 4;
    constexpr std::size_t ascii = 2, inlined = 4;
    for (const auto& [tag, text] : sorted) {
        std::string content = text + '\0';
        directory += little(tag, 2) + little(ascii, 2) + little(content.size(), 4);
        if (content.size() <= inlined) {
            content.resize(inlined);
            directory += content;
        } else {
            directory += little(texts_at + texts.size(), 4);
            texts += content + (content.size() % 2 ? std::string(1, '\0') : std::string());
        }
    }
    return std::string("Exif\0\0", 6) + "II" + little(42, 2) + little(8, 4) + directory + little(0, 4) + texts;
}

}  // namespace easel::nodes
