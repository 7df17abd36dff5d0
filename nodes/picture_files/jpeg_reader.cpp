#include "nodes/picture_files/jpeg_reader.hpp"

#include "base/error.hpp"

#include <cstdio>  // jpeglib.h needs it first

#include <jpeglib.h>

#include <array>
#include <csetjmp>
#include <cstring>
#include <string>
#include <vector>

namespace easel::nodes {

namespace {

constexpr int most_scans = 500;  // a progressive file with more is made to waste time

enum class Shown { grey, rgb, block_colours, inverted_cmyk };

// libjpeg leaves its functions by longjmp, so everything it needs lives here and the functions that it may leave hold
// nothing with a destructor.
class Decompressor {
public:
    explicit Decompressor(std::span<const std::uint8_t> file) : file_(file) {
        jpeg_.err = jpeg_std_error(&errors_);
        errors_.error_exit = [](j_common_ptr info) {
            auto* self = static_cast<Decompressor*>(info->client_data);
            info->err->format_message(info, self->message_.data());
            std::longjmp(self->escape_, 1);
        };
        errors_.output_message = [](j_common_ptr) {};
        errors_.emit_message = [](j_common_ptr info, int level) {
            if (level < 0) ++info->err->num_warnings;
        };
        jpeg_.client_data = this;
        jpeg_create_decompress(&jpeg_);
        jpeg_.client_data = this;
        progress_.progress_monitor = [](j_common_ptr info) {
            auto* self = static_cast<Decompressor*>(info->client_data);
            if (self->jpeg_.input_scan_number <= most_scans) return;
            std::snprintf(self->message_.data(), self->message_.size(), "more than %d scans", most_scans);
            std::longjmp(self->escape_, 1);
        };
        jpeg_.progress = &progress_;
    }
    Decompressor(const Decompressor&) = delete;
    ~Decompressor() { jpeg_destroy_decompress(&jpeg_); }

    bool read_header() {
        if (setjmp(escape_) != 0) return false;
        jpeg_mem_src(&jpeg_, file_.data(), file_.size());
        jpeg_save_markers(&jpeg_, JPEG_APP0 + 1, 0xffff);
        return jpeg_read_header(&jpeg_, TRUE) == JPEG_HEADER_OK;
    }

    bool start(Shown shown) {
        if (setjmp(escape_) != 0) return false;
        jpeg_.dct_method = JDCT_ISLOW;
        jpeg_.do_fancy_upsampling = shown == Shown::block_colours ? FALSE : TRUE;
        if (shown == Shown::block_colours) jpeg_.out_color_space = JCS_YCbCr;
        if (shown == Shown::rgb) jpeg_.out_color_space = JCS_RGB;
        if (shown == Shown::inverted_cmyk) jpeg_.out_color_space = JCS_CMYK;
        return jpeg_start_decompress(&jpeg_) == TRUE;
    }

    // Reads what is there into `rows` of width * components bytes; false when it broke off with an error.
    bool read_rows(std::uint8_t* rows) {
        if (setjmp(escape_) != 0) return false;
        while (jpeg_.output_scanline < jpeg_.output_height) {
            JSAMPROW row = rows + std::size_t(jpeg_.output_scanline) * jpeg_.output_width *
                                      static_cast<unsigned>(jpeg_.output_components);
            jpeg_read_scanlines(&jpeg_, &row, 1);
        }
        return true;
    }

    const jpeg_decompress_struct& jpeg() const { return jpeg_; }
    std::string message() const { return message_.data(); }

private:
    std::span<const std::uint8_t> file_;
    jpeg_decompress_struct jpeg_{};
    jpeg_error_mgr errors_{};
    jpeg_progress_mgr progress_{};
    std::jmp_buf escape_{};
    std::array<char, JMSG_LENGTH_MAX> message_{};
};

// Two luminance columns for each chrominance one is what the reference reads with block colours.
Shown how_shown(const jpeg_decompress_struct& jpeg) {
    if (jpeg.num_components == 1) return Shown::grey;
    if (jpeg.num_components == 4) return Shown::inverted_cmyk;
    const auto* parts = jpeg.comp_info;
    const bool is_halved = jpeg.jpeg_color_space == JCS_YCbCr && parts[0].h_samp_factor == 2 &&
                           parts[0].v_samp_factor <= 2 && parts[1].h_samp_factor == 1 && parts[1].v_samp_factor == 1 &&
                           parts[2].h_samp_factor == 1 && parts[2].v_samp_factor == 1;
    return is_halved ? Shown::block_colours : Shown::rgb;
}

int quarter_turns(const jpeg_decompress_struct& jpeg) {
    constexpr std::string_view mark("Exif\0\0", 6);
    for (const auto* marker = jpeg.marker_list; marker; marker = marker->next) {
        const std::string_view content(reinterpret_cast<const char*>(marker->data), marker->data_length);
        if (content.starts_with(mark))
            return exif_quarter_turns({marker->data + mark.size(), content.size() - mark.size()});
    }
    return 0;
}

// Full-range BT.601 in the fixed point of the reference's converter: three bits of fraction, products cut to whole
// numbers one by one. `picture`: int32 [.., 3] of Y, Cb, Cr.
Tensor rgb_of(const Tensor& picture) {
    const Tensor y = picture.select(-1, 0);
    const Tensor blue = (picture.select(-1, 1) - 128) * 8, red = (picture.select(-1, 2) - 128) * 8;
    const auto part = [](const Tensor& chroma, int coefficient) {
        return at::bitwise_right_shift(chroma * coefficient, 16);
    };
    return at::stack({y + part(red, 11485), y + part(blue, -2819) + part(red, -5850), y + part(blue, 14516)}, -1)
        .clamp(0, 255);
}

}  // namespace

DecodedPicture read_jpeg(std::span<const std::uint8_t> file) {
    Decompressor decompressor(file);
    if (!decompressor.read_header()) throw UserError("a JPEG file that cannot be read: " + decompressor.message());
    const jpeg_decompress_struct& jpeg = decompressor.jpeg();
    require_reasonable_size(jpeg.image_width, jpeg.image_height);
    const Shown shown = how_shown(jpeg);
    if (!decompressor.start(shown)) throw UserError("a JPEG file that cannot be read: " + decompressor.message());

    const Tensor samples = at::full({1, jpeg.output_height, jpeg.output_width, jpeg.output_components}, 128, at::kByte);
    decompressor.read_rows(samples.mutable_data_ptr<std::uint8_t>());
    const int turns = quarter_turns(jpeg);
    switch (shown) {
    case Shown::grey:
        return turned(from_bytes(samples, Levels::widened), turns);
    case Shown::rgb:
        return turned(from_bytes(samples, Levels::exact), turns);
    case Shown::block_colours:
        return turned(from_bytes(rgb_of(samples.to(at::kInt)), Levels::exact), turns);
    case Shown::inverted_cmyk:
        break;
    }
    const Tensor ink = samples.to(at::kInt);
    const Tensor colours = (ink.narrow(3, 0, 3) * ink.narrow(3, 3, 1) + 127).div(255, "floor");
    const Tensor opaque = at::full_like(ink.narrow(3, 0, 1), 255);
    return turned(from_bytes(at::cat({colours, opaque}, 3), Levels::widened), turns);
}

}  // namespace easel::nodes
