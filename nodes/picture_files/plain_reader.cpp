#include "nodes/picture_files/plain_reader.hpp"

#include "base/error.hpp"

#include <opencv2/imgcodecs.hpp>
#include <opencv2/imgproc.hpp>

#include <string>
#include <string_view>
#include <vector>

namespace easel::nodes {

namespace {

using View = std::span<const std::uint8_t>;

std::string_view text(View file, std::size_t length) {
    return {reinterpret_cast<const char*>(file.data()), std::min(length, file.size())};
}

bool is_tiff(View file) {
    const std::string_view start = text(file, 4);
    return start == std::string_view("II*\0", 4) || start == std::string_view("MM\0*", 4);
}

bool is_bmp(View file) { return text(file, 2) == "BM" && file.size() > 30; }

bool is_pnm(View file) {
    return file.size() > 2 && file[0] == 'P' && file[1] >= '1' && file[1] <= '6' && file[2] <= ' ';
}

cv::Mat decoded(View file) {
    const cv::Mat bytes(1, static_cast<int>(file.size()), CV_8U, const_cast<std::uint8_t*>(file.data()));
    try {
        return cv::imdecode(bytes, cv::IMREAD_UNCHANGED);
    } catch (const cv::Exception& error) {
        throw UserError("a file that cannot be read: " + error.err);
    }
}

// [1, h, w, channels] with red first.
Tensor samples_of(const cv::Mat& picture) {
    cv::Mat ordered = picture;
    if (picture.channels() == 3) cv::cvtColor(picture, ordered, cv::COLOR_BGR2RGB);
    if (picture.channels() == 4) cv::cvtColor(picture, ordered, cv::COLOR_BGRA2RGBA);
    if (!ordered.isContinuous()) ordered = ordered.clone();
    const std::vector<std::int64_t> shape{1, ordered.rows, ordered.cols, ordered.channels()};
    if (ordered.depth() == CV_8U) return at::from_blob(ordered.data, shape, at::kByte).clone();
    if (ordered.depth() == CV_16U)
        return at::from_blob(ordered.data, shape, at::kShort).to(at::kInt).bitwise_and(0xffff);
    throw UserError("a picture of a number format other than 8 or 16 bits; save it with 8 bits a channel");
}

// A BMP file of at most 256 colours is read through its palette, which has an alpha channel in the reference.
bool has_palette(View file) { return is_bmp(file) && file[28] <= 8; }

}  // namespace

bool is_plain(View file) { return is_bmp(file) || is_tiff(file) || is_pnm(file); }

DecodedPicture read_plain(View file) {
    const cv::Mat picture = decoded(file);
    if (picture.empty()) throw UserError("a file that cannot be read: damaged, or of a kind that is not supported");
    require_reasonable_size(picture.cols, picture.rows);
    Tensor samples = samples_of(picture);
    if (samples.scalar_type() == at::kInt) return from_words(samples);
    if (has_palette(file)) {
        if (samples.size(3) == 1) samples = samples.expand({-1, -1, -1, 3});
        samples = at::cat({samples.narrow(3, 0, 3), at::full_like(samples.narrow(3, 0, 1), 255)}, 3);
    }
    const bool is_coloured = samples.size(3) >= 3;
    const bool is_exact = has_palette(file) || (is_coloured && !is_bmp(file));
    return from_bytes(samples, is_exact ? Levels::exact : Levels::widened);
}

}  // namespace easel::nodes
