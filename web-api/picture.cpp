#include "web-api/picture.hpp"

#include "base/gif.hpp"
#include "web-api/http.hpp"

#include <opencv2/imgcodecs.hpp>
#include <opencv2/imgproc.hpp>

#include <algorithm>
#include <optional>
#include <vector>

namespace easel::web {
namespace {

constexpr std::string_view png_signature = "\x89PNG\r\n\x1a\n";
constexpr std::size_t png_header_end = 8 + 4 + 4 + 13 + 4;  // signature and the IHDR chunk
constexpr std::size_t png_colour_type_at = 25;
constexpr char png_rgba = 6;
constexpr std::int64_t most_pixels = 178'956'970;  // of a GIF; where Pillow refuses, too

bool is_png(std::string_view bytes) { return bytes.starts_with(png_signature) && bytes.size() > png_header_end; }

std::uint32_t big_endian(std::string_view bytes) {
    std::uint32_t value = 0;
    for (int i = 0; i < 4; ++i)
        value = value << 8 | static_cast<unsigned char>(bytes[static_cast<std::size_t>(i)]);
    return value;
}

// Sixteen bits keep their high byte, as PIL does.
cv::Mat to_8_bits(const cv::Mat& pixels) {
    if (pixels.depth() == CV_8U) return pixels;
    if (pixels.depth() != CV_16U) throw HttpError(400, "the picture has a pixel format that cannot be shown");
    cv::Mat result;
    pixels.convertTo(result, CV_8U, 1.0 / 256.0, -0.5);
    return result;
}

// The first frame of a GIF. Where it is transparent it keeps its colour, as in PIL.
cv::Mat first_frame(std::string_view bytes) {
    GifFile file({reinterpret_cast<const std::uint8_t*>(bytes.data()), bytes.size()});
    const std::int64_t area = std::int64_t(file.width()) * file.height();
    const std::optional<GifFrame> frame = file.next();
    if (!file.has_head() || !frame || area > most_pixels || std::int64_t(frame->width) * frame->height > most_pixels)
        return {};
    const auto colour = [&frame](std::size_t index) {
        const bool is_known = 3 * index + 2 < frame->palette.size();
        const std::uint8_t* rgb = frame->palette.data() + 3 * index;
        const auto opacity = static_cast<std::uint8_t>(frame->transparent == static_cast<int>(index) ? 0 : 255);
        return is_known ? cv::Vec4b(rgb[2], rgb[1], rgb[0], opacity) : cv::Vec4b(0, 0, 0, opacity);
    };
    cv::Mat pixels(file.height(), file.width(), CV_8UC4,
                   cv::Scalar(colour(static_cast<std::size_t>(frame->transparent.value_or(0)))));
    const std::vector<std::uint8_t> indices = frame->indices();
    for (std::size_t i = 0; i < indices.size(); ++i) {
        const int x = frame->x + static_cast<int>(i % static_cast<std::size_t>(frame->width)),
                  y = frame->y + static_cast<int>(i / static_cast<std::size_t>(frame->width));
        if (x < pixels.cols && y < pixels.rows) pixels.at<cv::Vec4b>(y, x) = colour(indices[i]);
    }
    if (!frame->transparent) cv::cvtColor(pixels, pixels, cv::COLOR_BGRA2BGR);
    return pixels;
}

cv::Mat decoded(std::string_view bytes) {
    if (is_gif(bytes)) return first_frame(bytes);
    const cv::Mat input(1, static_cast<int>(bytes.size()), CV_8U, const_cast<char*>(bytes.data()));
    try {
        return bytes.empty() ? cv::Mat() : cv::imdecode(input, cv::IMREAD_UNCHANGED);
    } catch (const cv::Exception&) {
        return {};
    }
}

}  // namespace

Picture read_picture(std::string_view bytes) {
    const cv::Mat pixels = decoded(bytes);
    if (pixels.empty()) throw HttpError(400, "the file is not a picture of a known format");
    Picture picture{to_8_bits(pixels), pixels.channels() == 4 && !is_gif(bytes)};
    if (is_png(bytes)) picture.is_rgba = bytes[png_colour_type_at] == png_rgba;
    return picture;
}

cv::Mat without_alpha(const Picture& picture) {
    cv::Mat colours;
    switch (picture.pixels.channels()) {
    case 1:
        cv::cvtColor(picture.pixels, colours, cv::COLOR_GRAY2BGR);
        break;
    case 4:
        cv::cvtColor(picture.pixels, colours, cv::COLOR_BGRA2BGR);
        break;
    default:
        colours = picture.pixels;
    }
    return colours;
}

cv::Mat alpha_of(const Picture& picture) {
    if (!picture.is_rgba) return cv::Mat(picture.pixels.size(), CV_8U, cv::Scalar(255));
    cv::Mat alpha;
    cv::extractChannel(picture.pixels, alpha, 3);
    return alpha;
}

std::string write_picture(const cv::Mat& pixels, PictureFormat format, int quality) {
    const int level = std::clamp(quality, 1, 100);
    std::vector<unsigned char> bytes;
    switch (format) {
    case PictureFormat::png:
        cv::imencode(".png", pixels, bytes, {cv::IMWRITE_PNG_COMPRESSION, 1});
        break;
    case PictureFormat::jpeg:
        cv::imencode(".jpg", pixels, bytes, {cv::IMWRITE_JPEG_QUALITY, level});
        break;
    case PictureFormat::webp:
        cv::imencode(".webp", pixels, bytes, {cv::IMWRITE_WEBP_QUALITY, level});
        break;
    }
    return {bytes.begin(), bytes.end()};
}

std::string copy_png_texts(std::string_view from_png, std::string_view to_png) {
    if (!is_png(from_png) || !is_png(to_png)) return std::string(to_png);
    std::string result(to_png.substr(0, png_header_end));
    std::string_view rest = from_png.substr(png_signature.size());
    while (rest.size() >= 12) {
        const std::size_t length = std::size_t(12) + big_endian(rest);  // length, type, data, checksum
        if (length > rest.size()) break;
        const std::string_view type = rest.substr(4, 4);
        if (type == "tEXt" || type == "zTXt" || type == "iTXt") result += rest.substr(0, length);
        rest.remove_prefix(length);
    }
    result += to_png.substr(png_header_end);
    return result;
}

}  // namespace easel::web
