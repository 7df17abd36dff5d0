#include "nodes/picture_files/png_writer.hpp"

#include "base/error.hpp"
#include "nodes/picture_files/png_chunks.hpp"

#include <zlib.h>

#include <algorithm>
#include <array>
#include <cstdlib>
#include <span>

namespace easel::nodes {

namespace {

using Row = std::vector<std::uint8_t>;

std::uint8_t paeth(int left, int above, int corner) {
    const int to_left = std::abs(above - corner), to_above = std::abs(left - corner);
    const int to_corner = std::abs(left + above - 2 * corner);
    if (to_left <= to_above && to_left <= to_corner) return static_cast<std::uint8_t>(left);
    return static_cast<std::uint8_t>(to_above <= to_corner ? above : corner);
}

// One row after PNG filter `kind`, the filter's number in front. `row` and `above` are preceded by `step` zero bytes.
template <class Predict>
void filter_row(Row& out, const std::uint8_t* row, const std::uint8_t* above, std::size_t step, Predict predict) {
    for (std::size_t i = 0; i + 1 < out.size(); ++i) {
        const auto* at = row + i;
        const auto* up = above + i;
        out[i + 1] = static_cast<std::uint8_t>(at[0] - predict(*(at - step), up[0], *(up - step)));
    }
}

// Bytes taken as signed: small sums compress well.
std::size_t weight(const Row& filtered) {
    std::size_t sum = 0;
    for (std::size_t i = 1; i < filtered.size(); ++i)
        sum += std::size_t(std::abs(int(std::int8_t(filtered[i]))));
    return sum;
}

// Filters every row with what makes it smallest, as libpng does.
std::vector<std::uint8_t> filtered_rows(const Tensor& picture) {
    const auto height = static_cast<std::size_t>(picture.size(0));
    const auto step = static_cast<std::size_t>(picture.size(2));
    const std::size_t width = static_cast<std::size_t>(picture.size(1)) * step;
    const auto* pixels = picture.const_data_ptr<std::uint8_t>();

    std::vector<std::uint8_t> rows;
    rows.reserve(height * (width + 1));
    Row above(step + width), row(step + width);
    std::array<Row, 5> candidates;
    for (std::size_t kind = 0; kind < candidates.size(); ++kind) {
        candidates[kind].resize(width + 1);
        candidates[kind][0] = static_cast<std::uint8_t>(kind);
    }
    for (std::size_t y = 0; y < height; ++y) {
        std::copy_n(pixels + y * width, width, row.begin() + static_cast<std::ptrdiff_t>(step));
        const auto *at = row.data() + step, *up = above.data() + step;
        filter_row(candidates[0], at, up, step, [](int, int, int) { return 0; });
        filter_row(candidates[1], at, up, step, [](int left, int, int) { return left; });
        filter_row(candidates[2], at, up, step, [](int, int over, int) { return over; });
        filter_row(candidates[3], at, up, step, [](int left, int over, int) { return (left + over) / 2; });
        filter_row(candidates[4], at, up, step, paeth);
        const auto best = std::min_element(candidates.begin(), candidates.end(),
                                           [](const Row& a, const Row& b) { return weight(a) < weight(b); });
        rows.insert(rows.end(), best->begin(), best->end());
        std::swap(above, row);
    }
    return rows;
}

std::string compressed(const std::vector<std::uint8_t>& bytes, int level) {
    std::string out(compressBound(bytes.size()), '\0');
    uLongf length = out.size();
    const int result = compress2(reinterpret_cast<Bytef*>(out.data()), &length, bytes.data(), bytes.size(), level);
    if (result != Z_OK) throw Error("cannot compress a picture of " + std::to_string(bytes.size()) + " bytes");
    out.resize(length);
    return out;
}

std::string header(const Tensor& picture, const PngSettings& settings) {
    constexpr std::array<char, 5> colour_types{0, 0, 4, 2, 6};
    std::string content;
    append_big_endian_32(content, static_cast<std::uint32_t>(picture.size(1)));
    append_big_endian_32(content, static_cast<std::uint32_t>(picture.size(0)));
    content += static_cast<char>(settings.bits);
    content += colour_types[static_cast<std::size_t>(picture.size(2) * 8 / settings.bits)];
    content.append(3, '\0');
    return content;
}

void require_picture(const Tensor& picture, const PngSettings& settings) {
    const bool fits = picture.dim() == 3 && picture.scalar_type() == at::kByte && picture.numel() > 0 &&
                      picture.size(2) * 8 / settings.bits <= 4;
    if (!fits) throw UserError("a picture to be saved has 1 to 4 channels and at least one pixel");
}

std::vector<std::uint8_t> beginning(const Tensor& picture, const PngSettings& settings) {
    std::vector<std::uint8_t> file;
    append_png_signature(file);
    append_png_chunk(file, "IHDR", header(picture, settings));
    for (const auto& [type, content] : settings.before_pixels)
        append_png_chunk(file, type, content);
    return file;
}

void finish(std::vector<std::uint8_t>& file, const PngSettings& settings) {
    for (const auto& [type, content] : settings.after_pixels)
        append_png_chunk(file, type, content);
    append_png_chunk(file, "IEND", {});
}

std::string frame_control(const Tensor& picture, std::uint32_t sequence, int milliseconds) {
    std::string content;
    append_big_endian_32(content, sequence);
    append_big_endian_32(content, static_cast<std::uint32_t>(picture.size(1)));
    append_big_endian_32(content, static_cast<std::uint32_t>(picture.size(0)));
    append_big_endian_32(content, 0);
    append_big_endian_32(content, 0);
    append_big_endian_16(content, static_cast<std::uint16_t>(std::clamp(milliseconds, 0, 0xffff)));
    append_big_endian_16(content, 1000);
    content.append(2, '\0');
    return content;
}

std::string latin_1(const std::string& text) {
    std::string out;
    for (std::size_t i = 0; i < text.size(); ++i) {
        const auto byte = static_cast<unsigned char>(text[i]);
        if (byte < 0x80) {
            out += text[i];
        } else if ((byte == 0xc2 || byte == 0xc3) && i + 1 < text.size()) {
            out += static_cast<char>((byte & 3) << 6 | (text[++i] & 0x3f));
        } else {
            throw UserError("'" + text + "' cannot be stored in a picture: PNG text holds Latin-1 characters only");
        }
    }
    return out;
}

}  // namespace

ExtraChunk png_text(const std::string& keyword, const std::string& text, const std::string& type) {
    return {type, latin_1(keyword) + '\0' + latin_1(text)};
}

std::vector<std::uint8_t> encode_png(const Tensor& picture, const PngSettings& settings) {
    require_picture(picture, settings);
    std::vector<std::uint8_t> file = beginning(picture, settings);
    append_png_chunk(file, "IDAT", compressed(filtered_rows(picture.contiguous()), settings.compression));
    finish(file, settings);
    return file;
}

std::vector<std::uint8_t> encode_animated_png(const Tensor& frames, int milliseconds, const PngSettings& settings) {
    if (frames.dim() != 4 || frames.size(0) == 0) throw UserError("an animation needs at least one frame");
    const Tensor first = frames[0].contiguous();
    require_picture(first, settings);
    std::vector<std::uint8_t> file = beginning(first, settings);

    std::string animation;
    append_big_endian_32(animation, static_cast<std::uint32_t>(frames.size(0)));
    append_big_endian_32(animation, 0);
    append_png_chunk(file, "acTL", animation);

    std::uint32_t sequence = 0;
    for (std::int64_t i = 0; i < frames.size(0); ++i) {
        const Tensor frame = frames[i].contiguous();
        append_png_chunk(file, "fcTL", frame_control(frame, sequence++, milliseconds));
        const std::string pixels = compressed(filtered_rows(frame), settings.compression);
        if (i == 0) {
            append_png_chunk(file, "IDAT", pixels);
            continue;
        }
        std::string numbered;
        append_big_endian_32(numbered, sequence++);
        append_png_chunk(file, "fdAT", numbered + pixels);
    }
    finish(file, settings);
    return file;
}

}  // namespace easel::nodes
