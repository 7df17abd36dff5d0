#include "base/gif.hpp"

#include <algorithm>
#include <array>

namespace easel {

namespace {

using View = std::span<const std::uint8_t>;

// Expands LZW codes of variable width to `count` palette indices; stops early at damage.
std::vector<std::uint8_t> expanded(View codes, int least_bits, std::size_t count) {
    constexpr int most_codes = 4096;
    std::array<std::uint16_t, most_codes> before{};
    std::array<std::uint8_t, most_codes> last{};
    std::vector<std::uint8_t> out, reversed;
    out.reserve(count);
    const int clear = 1 << least_bits, end = clear + 1;
    int next = end + 1, bits = least_bits + 1, previous = -1;
    for (int i = 0; i < clear; ++i)
        last[std::size_t(i)] = static_cast<std::uint8_t>(i);

    std::uint32_t window = 0;
    int filled = 0;
    std::uint8_t first = 0;
    for (std::size_t at = 0; out.size() < count;) {
        while (filled < bits && at < codes.size()) {
            window |= std::uint32_t(codes[at++]) << filled;
            filled += 8;
        }
        if (filled < bits) break;
        const int code = static_cast<int>(window & ((1u << bits) - 1));
        window >>= bits;
        filled -= bits;
        if (code == end) break;
        if (code == clear) {
            next = end + 1;
            bits = least_bits + 1;
            previous = -1;
            continue;
        }
        if (code > next || (code == next && previous < 0)) break;

        reversed.clear();
        int walk = code;
        if (code == next) {
            reversed.push_back(first);
            walk = previous;
        }
        for (; walk >= clear; walk = before[std::size_t(walk)])
            reversed.push_back(last[std::size_t(walk)]);
        first = static_cast<std::uint8_t>(walk);
        reversed.push_back(first);
        out.insert(out.end(), reversed.rbegin(), reversed.rend());

        if (previous >= 0 && next < most_codes) {
            before[std::size_t(next)] = static_cast<std::uint16_t>(previous);
            last[std::size_t(next)] = first;
            ++next;
            if (next == 1 << bits && bits < 12) ++bits;
        }
        previous = code;
    }
    return out;
}

// The rows of an interlaced frame in the order in which they are stored.
std::vector<std::size_t> interlaced_rows(int height) {
    std::vector<std::size_t> rows;
    constexpr std::array<std::array<int, 2>, 4> passes{{{0, 8}, {4, 8}, {2, 4}, {1, 2}}};
    for (const auto& [first, step] : passes)
        for (int y = first; y < height; y += step)
            rows.push_back(static_cast<std::size_t>(y));
    return rows;
}

}  // namespace

std::vector<std::uint8_t> GifFrame::indices() const {
    const std::size_t row = static_cast<std::size_t>(width);
    std::vector<std::uint8_t> stored = expanded(codes, least_bits, row * static_cast<std::size_t>(height));
    if (!interlaced) return stored;
    const std::vector<std::size_t> rows = interlaced_rows(height);
    std::vector<std::uint8_t> ordered(row * rows.size(), static_cast<std::uint8_t>(transparent.value_or(0)));
    for (std::size_t i = 0; i < rows.size() && i * row < stored.size(); ++i) {
        const std::size_t count = std::min(row, stored.size() - i * row);
        std::copy_n(stored.begin() + static_cast<std::ptrdiff_t>(i * row), count,
                    ordered.begin() + static_cast<std::ptrdiff_t>(rows[i] * row));
    }
    return ordered;
}

GifFile::GifFile(View file) : bytes_(file) {
    try {
        take(6);
        const int width = word(), height = word(), flags = byte();
        take(2);
        palette_ = palette(flags);
        width_ = width;
        height_ = height;
    } catch (const OutOfData&) {
        at_ = bytes_.size();
    }
}

std::optional<GifFrame> GifFile::next() {
    try {
        while (true) {
            switch (byte()) {
            case 0x21:
                read_extension();
                break;
            case 0x2c:
                return read_frame();
            case 0x00:
                break;
            default:
                at_ = bytes_.size();
            }
        }
    } catch (const OutOfData&) {
        at_ = bytes_.size();
        return std::nullopt;
    }
}

int GifFile::word() {
    const View pair = take(2);
    return pair[0] | pair[1] << 8;
}

View GifFile::take(std::size_t count) {
    if (count > bytes_.size() - at_) throw OutOfData{};
    at_ += count;
    return bytes_.subspan(at_ - count, count);
}

View GifFile::palette(int flags) { return flags & 0x80 ? take(std::size_t(3) << ((flags & 7) + 1)) : View(); }

// The content of a chain of length-prefixed blocks, as far as it goes.
std::vector<std::uint8_t> GifFile::blocks() {
    std::vector<std::uint8_t> content;
    while (at_ < bytes_.size()) {
        const std::size_t length = std::min<std::size_t>(bytes_[at_], bytes_.size() - at_ - 1);
        ++at_;
        if (length == 0) break;
        const View part = take(length);
        content.insert(content.end(), part.begin(), part.end());
    }
    return content;
}

void GifFile::read_extension() {
    const int kind = byte();
    const std::vector<std::uint8_t> content = blocks();
    if (kind != 0xf9 || content.size() < 4) return;
    disposal_ = content[0] >> 2 & 7;
    transparent_ = content[0] & 1 ? std::optional<int>(content[3]) : std::nullopt;
}

GifFrame GifFile::read_frame() {
    GifFrame frame{.disposal = disposal_, .transparent = transparent_, .palette = palette_, .codes = {}};
    frame.x = word();
    frame.y = word();
    frame.width = word();
    frame.height = word();
    const int flags = byte();
    frame.interlaced = (flags & 0x40) != 0;
    if (flags & 0x80) frame.palette = palette(flags);
    frame.least_bits = byte();
    frame.codes = blocks();
    if (frame.least_bits < 1 || frame.least_bits > 11) throw OutOfData{};
    disposal_ = 0;
    transparent_.reset();
    return frame;
}

}  // namespace easel
