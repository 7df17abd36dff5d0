#include "nodes/picture_files/png_writer.hpp"

#include "base/error.hpp"
#include "nodes/picture_files/png_chunks.hpp"

#include <zlib.h>

#include <algorithm>
#include <array>
#include <cstring>
#include <span>

namespace easel::nodes {

namespace {

using Row = std::vector<std::uint8_t>;

// The predictions of PNG's filters 1 to 4 for sixteen bytes at a time, in registers that every processor of the kind
// has.
using Bytes [[gnu::vector_size(16)]] = std::uint8_t;
using Words [[gnu::vector_size(32)]] = std::int16_t;
constexpr std::size_t lanes = sizeof(Bytes);

Bytes load(const std::uint8_t* from) {
    Bytes bytes;
    std::memcpy(&bytes, from, sizeof bytes);
    return bytes;
}

// Half the sum, rounded down, without the ninth bit.
Bytes average(Bytes left, Bytes above) { return (left & above) + ((left ^ above) >> 1); }

Bytes paeth(Bytes left_bytes, Bytes above_bytes, Bytes corner_bytes) {
    const Words left = __builtin_convertvector(left_bytes, Words), above = __builtin_convertvector(above_bytes, Words);
    const Words corner = __builtin_convertvector(corner_bytes, Words);
    const Words from_left = above - corner, from_above = left - corner, from_corner = from_left + from_above;
    const Words to_left = from_left < 0 ? -from_left : from_left;
    const Words to_above = from_above < 0 ? -from_above : from_above;
    const Words to_corner = from_corner < 0 ? -from_corner : from_corner;
    const Words other = to_above <= to_corner ? above : corner;
    const Words nearest = (to_left <= to_above) & (to_left <= to_corner) ? left : other;
    return __builtin_convertvector(nearest, Bytes);
}

// A row after each of the five filters, and how large their bytes are, taken as signed: small sums compress well. `row`
// and `above` have a register's worth of zeros before them and can be read that far beyond their end.
class FilteredRow {
public:
    explicit FilteredRow(std::size_t width) : width_(width), blocks_((width + lanes - 1) / lanes) {
        for (Row& row : candidates_)
            row.resize(blocks_ * lanes);
        std::array<std::uint8_t, lanes> last{};
        std::fill_n(last.begin(), width - (blocks_ - 1) * lanes, std::uint8_t(0xff));
        in_last_block_ = load(last.data());
    }

    void filter(const std::uint8_t* row, const std::uint8_t* above, std::size_t step) {
        sums_ = {};
        for (std::size_t block = 0; block < blocks_; block += most_blocks)
            filter_blocks(row, above, step, block, std::min(block + most_blocks, blocks_));
    }

    // Appends the lightest, its filter's number in front.
    void append_best(std::vector<std::uint8_t>& rows) const {
        const auto best = std::min_element(sums_.begin(), sums_.end()) - sums_.begin();
        rows.push_back(static_cast<std::uint8_t>(best));
        const Row& row = candidates_[static_cast<std::size_t>(best)];
        rows.insert(rows.end(), row.begin(), row.begin() + static_cast<std::ptrdiff_t>(width_));
    }

private:
    using Sums [[gnu::vector_size(32)]] = std::uint16_t;
    static constexpr std::size_t most_blocks = 0xffff / 0x80;  // whose sizes fit into Sums

    void filter_blocks(const std::uint8_t* row, const std::uint8_t* above, std::size_t step, std::size_t begin,
                       std::size_t end) {
        std::array<Sums, 5> sums{};
        for (std::size_t block = begin; block < end; ++block) {
            const std::size_t at = block * lanes;
            const Bytes now = load(row + at), left = load(row + at - step);
            const Bytes up = load(above + at), corner = load(above + at - step);
            const std::array<Bytes, 5> filtered{now, now - left, now - up, now - average(left, up),
                                                now - paeth(left, up, corner)};
            for (std::size_t kind = 0; kind < filtered.size(); ++kind) {
                std::memcpy(candidates_[kind].data() + at, &filtered[kind], lanes);
                const Bytes counted = block + 1 == blocks_ ? filtered[kind] & in_last_block_ : filtered[kind];
                const Bytes sizes = counted < 0x80 ? counted : -counted;
                sums[kind] += __builtin_convertvector(sizes, Sums);
            }
        }
        for (std::size_t kind = 0; kind < sums.size(); ++kind)
            for (std::size_t lane = 0; lane < lanes; ++lane)
                sums_[kind] += sums[kind][lane];
    }

    std::size_t width_, blocks_;
    Bytes in_last_block_;  // 0xff where the last block has bytes of the row
    std::array<Row, 5> candidates_;
    std::array<std::size_t, 5> sums_{};
};

// Filters every row with what makes it smallest, as libpng does.
std::vector<std::uint8_t> filtered_rows(const Tensor& picture) {
    const auto height = static_cast<std::size_t>(picture.size(0));
    const auto step = static_cast<std::size_t>(picture.size(2));
    const std::size_t width = static_cast<std::size_t>(picture.size(1)) * step;
    const auto* pixels = picture.const_data_ptr<std::uint8_t>();

    std::vector<std::uint8_t> rows;
    rows.reserve(height * (width + 1));
    Row above(lanes + width + lanes), row(lanes + width + lanes);
    FilteredRow filtered(width);
    for (std::size_t y = 0; y < height; ++y) {
        std::copy_n(pixels + y * width, width, row.begin() + lanes);
        filtered.filter(row.data() + lanes, above.data() + lanes, step);
        filtered.append_best(rows);
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
