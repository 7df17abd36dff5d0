#include "nodes/three_d/splat/formats/spz.hpp"

#include "nodes/three_d/splat/formats/splat_bytes.hpp"

#include <zlib.h>

#include <algorithm>
#include <array>
#include <cmath>
#include <numbers>

namespace easel::nodes {
namespace {

constexpr std::uint32_t spz_magic = 0x5053474E, written_version = 2;
constexpr std::size_t spz_header = 16;
constexpr int fraction_bits = 12;                                // of written positions
constexpr double color_scale = inference::base_harmonic / 0.15;  // colours are kept with so much less contrast
constexpr int gzip_window = 15 + 16;                             // zlib's way to ask for gzip
constexpr std::size_t most_inflated = std::size_t{1} << 32;

std::vector<std::uint8_t> gunzipped(SplatBytes file) {
    z_stream stream{};
    if (inflateInit2(&stream, gzip_window) != Z_OK) throw Error("cannot set up decompression");
    std::vector<std::uint8_t> content;
    std::array<std::uint8_t, 1 << 16> piece;
    stream.next_in = const_cast<Bytef*>(file.data());
    stream.avail_in = static_cast<uInt>(std::min<std::size_t>(file.size(), UINT32_MAX));
    int state = Z_OK;
    while (state == Z_OK && content.size() < most_inflated) {
        stream.next_out = piece.data();
        stream.avail_out = static_cast<uInt>(piece.size());
        state = inflate(&stream, Z_NO_FLUSH);
        content.insert(content.end(), piece.data(), piece.data() + (piece.size() - stream.avail_out));
    }
    inflateEnd(&stream);
    if (state != Z_STREAM_END) throw UserError("the .spz file is no gzip file, or it is damaged");
    return content;
}

std::vector<std::uint8_t> gzipped(const std::vector<std::uint8_t>& content) {
    z_stream stream{};
    if (deflateInit2(&stream, Z_BEST_COMPRESSION, Z_DEFLATED, gzip_window, 8, Z_DEFAULT_STRATEGY) != Z_OK)
        throw Error("cannot set up compression");
    std::vector<std::uint8_t> file(deflateBound(&stream, static_cast<uLong>(content.size())));
    stream.next_in = const_cast<Bytef*>(content.data());
    stream.avail_in = static_cast<uInt>(content.size());
    stream.next_out = file.data();
    stream.avail_out = static_cast<uInt>(file.size());
    const int state = deflate(&stream, Z_FINISH);
    file.resize(stream.total_out);
    deflateEnd(&stream);
    if (state != Z_STREAM_END) throw Error("a splat could not be compressed");
    return file;
}

// Takes one kind of number after the other from a file.
class SpzReader {
public:
    explicit SpzReader(const std::vector<std::uint8_t>& content) : content_(content), offset_(spz_header) {}

    std::int64_t count() const { return number_at<std::uint32_t>(content_.data() + 8); }

    // [n, width] of bytes.
    Tensor bytes(std::int64_t width) {
        return numbers(width, 1, [](const std::uint8_t* at) { return static_cast<float>(*at); });
    }
    Tensor halves(std::int64_t width) {
        return numbers(width, 2, [](const std::uint8_t* at) {
            return static_cast<float>(at::Half(number_at<std::uint16_t>(at), at::Half::from_bits()));
        });
    }
    // Of 24 bits with a sign; `fraction` of them stand behind the point.
    Tensor fixed(std::int64_t width, int fraction) {
        return numbers(width, 3, [fraction](const std::uint8_t* at) {
            const int magnitude = at[0] | at[1] << 8 | at[2] << 16;
            const int value = (magnitude & 0x800000) != 0 ? magnitude - 0x1000000 : magnitude;
            return static_cast<float>(std::ldexp(static_cast<double>(value), -fraction));
        });
    }
    // [n, 4] w, x, y, z: the three smaller parts in ten bits each, and which one is missing.
    Tensor smallest_three() {
        const std::int64_t count = this->count();
        require_bytes(content_, offset_, 4 * static_cast<std::size_t>(count));
        const Tensor rotations = at::zeros({count, 4});
        auto* row = rotations.mutable_data_ptr<float>();
        for (std::int64_t i = 0; i < count; ++i, row += 4, offset_ += 4) {
            auto packed = number_at<std::uint32_t>(content_.data() + offset_);
            const std::size_t largest = packed >> 30;  // x, y, z, w
            double squares = 0;
            for (std::size_t part = 4; part-- > 0;) {
                if (part == largest) continue;
                const double size = (packed & 0x1FF) / 511.0 / std::numbers::sqrt2;
                const double value = (packed >> 9 & 1) != 0 ? -size : size;
                row[(part + 1) % 4] = static_cast<float>(value);
                squares += value * value;
                packed >>= 10;
            }
            row[(largest + 1) % 4] = static_cast<float>(std::sqrt(std::max(1.0 - squares, 0.0)));
        }
        return rotations;
    }

private:
    template <class Function>
    Tensor numbers(std::int64_t width, std::size_t size, Function number) {
        const std::int64_t count = this->count() * width;
        require_bytes(content_, offset_, size * static_cast<std::size_t>(count));
        const Tensor values = at::empty({this->count(), width});
        auto* value = values.mutable_data_ptr<float>();
        for (std::int64_t i = 0; i < count; ++i, offset_ += size)
            value[i] = number(content_.data() + offset_);
        return values;
    }

    const std::vector<std::uint8_t>& content_;
    std::size_t offset_;
};

// x, y and z with the w that makes the length 1.
Tensor completed(const Tensor& xyz) { return at::cat({(1.0 - xyz.square().sum(1, true)).clamp_min(0).sqrt(), xyz}, 1); }

void append_bytes(std::vector<std::uint8_t>& content, const Tensor& values) {
    const Tensor bytes = as_bytes(values).contiguous();
    const auto* begin = bytes.const_data_ptr<std::uint8_t>();
    content.insert(content.end(), begin, begin + bytes.numel());
}

}  // namespace

inference::Splat read_spz(SplatBytes file) {
    const std::vector<std::uint8_t> content = gunzipped(file);
    require_bytes(content, 0, spz_header);
    if (number_at<std::uint32_t>(content.data()) != spz_magic)
        throw UserError("the file is no .spz: its mark is missing");
    const auto version = number_at<std::uint32_t>(content.data() + 4);
    if (version < 1 || version > 3)
        throw UserError("the .spz file has version " + std::to_string(version) + "; 1 to 3 are read");
    SpzReader reader(content);
    inference::Splat splat;
    splat.positions = version == 1 ? reader.halves(3) : reader.fixed(3, content[13]);
    splat.opacities = reader.bytes(1) / 255.0;
    splat.harmonics = harmonics_of((reader.bytes(3) / 255.0 - 0.5) * color_scale + 0.5);
    splat.scales = (reader.bytes(3) / 16.0 - 10.0).exp();
    splat.rotations =
        unit_quaternions(version == 3 ? reader.smallest_three() : completed(reader.bytes(3) / 127.5 - 1.0));
    return splat;
}

std::vector<std::uint8_t> spz_of(const inference::Splat& splat) {
    std::vector<std::uint8_t> content;
    append_number(content, spz_magic);
    append_number(content, written_version);
    append_number(content, static_cast<std::uint32_t>(splat.count()));
    // No higher harmonics, the bits of fractions, no flags, nothing.
    content.insert(content.end(), {0, fraction_bits, 0, 0});

    const double most = static_cast<double>((1 << 23) - 1);
    const Tensor fixed = (splat.positions * static_cast<double>(1 << fraction_bits))
                             .round()
                             .clamp(-most - 1, most)
                             .to(at::kInt)
                             .contiguous();
    const auto* position = fixed.const_data_ptr<std::int32_t>();
    for (std::int64_t i = 0; i < fixed.numel(); ++i)
        for (const int shift : {0, 8, 16})
            content.push_back(static_cast<std::uint8_t>(position[i] >> shift));
    append_bytes(content, splat.opacities.reshape({-1}) * 255.0);
    append_bytes(content, ((colors_of(splat) - 0.5) / color_scale + 0.5) * 255.0);
    append_bytes(content, (splat.scales.clamp_min(1e-9).log() + 10.0) * 16.0);
    const Tensor unit = unit_quaternions(splat.rotations);
    const Tensor upward = at::where(unit.slice(1, 0, 1) < 0, -unit, unit);  // w is not kept: it is positive
    append_bytes(content, (upward.slice(1, 1) + 1.0) * 127.5);
    return gzipped(content);
}

}  // namespace easel::nodes
