// Pictures in memory as the routes and previews need them: read from any common format, written as PNG, JPEG or WebP.
#pragma once

#include <opencv2/core.hpp>

#include <cstdint>
#include <string>
#include <string_view>

namespace easel::web {

struct Picture {
    cv::Mat pixels;        // 8 bits; 1, 3 (BGR) or 4 (BGRA) channels
    bool is_rgba = false;  // stored as RGBA, not as a palette or grey picture with transparency
};

// Throws HttpError 400 for bytes that are no picture.
Picture read_picture(std::string_view bytes);

// Colours without alpha; what is under transparent pixels stays as stored.
cv::Mat without_alpha(const Picture& picture);
// 255 everywhere where the picture is not RGBA.
cv::Mat alpha_of(const Picture& picture);

enum class PictureFormat { png, jpeg, webp };

// `quality` is 1..100 and means nothing to PNG. JPEG and WebP drop or keep alpha as the formats do.
std::string write_picture(const cv::Mat& pixels, PictureFormat format, int quality = 90);

// The text chunks (tEXt, zTXt, iTXt) of one PNG put into another, so that workflow and prompt stay with the picture.
std::string copy_png_texts(std::string_view from_png, std::string_view to_png);

}  // namespace easel::web
