#include "nodes/picture_files/png_writer.hpp"

#include "base/error.hpp"
#include "nodes/picture_files/png_chunks.hpp"

#include <emmintrin.h>
#include <zlib.h>

#include <algorithm>
#include <array>
#include <iterator>
#include <span>

namespace easel::nodes {

namespace {

using Row = std::vector<std::uint8_t>;

// The predictions of PNG's filters 3 and 4 for sixteen bytes at a time, in registers that every x86-64 processor has.
using Bytes = __m128i;
constexpr std::size_t lanes = sizeof(Bytes);

Bytes load(const std::uint8_t* from) { return _mm_loadu_si128(reinterpret_cast<const Bytes*>(from)); }

// Half the sum, rounded down; the instruction rounds up.
Bytes average(Bytes left, Bytes above) {
    const Bytes odd = _mm_and_si128(_mm_xor_si128(left, above), _mm_set1_epi8(1));
    return _mm_sub_epi8(_mm_avg_epu8(left, above), odd);
}

Bytes distance(Bytes one, Bytes other) { return _mm_sub_epi8(_mm_max_epu8(one, other), _mm_min_epu8(one, other)); }
Bytes at_most(Bytes one, Bytes other) { return _mm_cmpeq_epi8(_mm_min_epu8(one, other), one); }
Bytes choose(Bytes condition, Bytes yes, Bytes no) {
    return _mm_or_si128(_mm_and_si128(condition, yes), _mm_andnot_si128(condition, no));
}

// Which of the three is nearest to left + above - corner. Its distance from the corner is the sum of the other two's
// where left and above lie on the same side of the corner, else their difference; beyond 255 it is the largest anyway.
Bytes paeth(Bytes left, Bytes above, Bytes corner) {
    const Bytes to_left = distance(above, corner), to_above = distance(left, corner);
    const Bytes same_side = _mm_cmpeq_epi8(at_most(corner, above), at_most(corner, left));
    const Bytes to_corner = choose(same_side, _mm_adds_epu8(to_left, to_above), distance(to_left, to_above));
    const Bytes other = choose(at_most(to_above, to_corner), above, corner);
    return choose(_mm_and_si128(at_most(to_left, to_above), at_most(to_left, to_corner)), left, other);
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
        const Bytes zero = _mm_setzero_si128();
        Bytes sums[] = {zero, zero, zero, zero, zero};
        for (std::size_t block = 0; block < blocks_; ++block) {
            const std::size_t at = block * lanes;
            const Bytes now = load(row + at), left = load(row + at - step);
            const Bytes up = load(above + at), corner = load(above + at - step);
            const Bytes filtered[] = {now, _mm_sub_epi8(now, left), _mm_sub_epi8(now, up),
                                      _mm_sub_epi8(now, average(left, up)), _mm_sub_epi8(now, paeth(left, up, corner))};
            for (std::size_t kind = 0; kind < std::size(filtered); ++kind) {
                _mm_storeu_si128(reinterpret_cast<Bytes*>(candidates_[kind].data() + at), filtered[kind]);
                const Bytes counted =
                    block + 1 == blocks_ ? _mm_and_si128(filtered[kind], in_last_block_) : filtered[kind];
                const Bytes sizes = _mm_min_epu8(counted, _mm_sub_epi8(zero, counted));
                sums[kind] = _mm_add_epi64(sums[kind], _mm_sad_epu8(sizes, zero));
            }
        }
        for (std::size_t kind = 0; kind < std::size(sums); ++kind)
            sums_[kind] = static_cast<std::size_t>(_mm_cvtsi128_si64(sums[kind]) +
                                                   _mm_cvtsi128_si64(_mm_unpackhi_epi64(sums[kind], sums[kind])));
    }

    // Appends the lightest, its filter's number in front.
    void append_best(std::vector<std::uint8_t>& rows) const {
        const auto best = std::min_element(sums_.begin(), sums_.end()) - sums_.begin();
        rows.push_back(static_cast<std::uint8_t>(best));
        const Row& row = candidates_[static_cast<std::size_t>(best)];
        rows.insert(rows.end(), row.begin(), row.begin() + static_cast<std::ptrdiff_t>(width_));
    }

private:
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
