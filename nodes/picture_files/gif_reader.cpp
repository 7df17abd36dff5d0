#include "nodes/picture_files/gif_reader.hpp"

#include "base/error.hpp"

#include <algorithm>
#include <array>
#include <cstring>
#include <optional>
#include <string_view>
#include <vector>

namespace easel::nodes {

namespace {

using View = std::span<const std::uint8_t>;

// Reads forwards and throws OutOfData at the end: a GIF has no lengths that could be checked beforehand.
struct OutOfData {};

class Reader {
public:
    explicit Reader(View bytes) : bytes_(bytes) {}

    std::uint8_t byte() { return take(1)[0]; }
    int word() {
        const View pair = take(2);
        return pair[0] | pair[1] << 8;
    }
    View take(std::size_t count) {
        if (count > bytes_.size() - at_) throw OutOfData{};
        at_ += count;
        return bytes_.subspan(at_ - count, count);
    }
    // The content of a chain of length-prefixed blocks, as far as it goes.
    std::vector<std::uint8_t> blocks() {
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

private:
    View bytes_;
    std::size_t at_ = 0;
};

struct FrameControl {
    int disposal = 0;  // 2: to background, 3: to what was before
    std::optional<int> transparent;
};

struct FrameArea {
    int x = 0, y = 0, width = 0, height = 0;
    bool interlaced = false;
};

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

std::vector<int> row_order(const FrameArea& area) {
    std::vector<int> rows;
    if (!area.interlaced) {
        for (int y = 0; y < area.height; ++y)
            rows.push_back(y);
        return rows;
    }
    constexpr std::array<std::array<int, 2>, 4> passes{{{0, 8}, {4, 8}, {2, 4}, {1, 2}}};
    for (const auto& [first, step] : passes)
        for (int y = first; y < area.height; y += step)
            rows.push_back(y);
    return rows;
}

class Gif {
public:
    explicit Gif(View file) : reader_(file) {}

    DecodedPicture read() {
        try {
            read_screen();
            while (read_block()) {
            }
        } catch (const OutOfData&) {
            if (frames_.empty()) throw UserError("a GIF file that ends before its first frame");
        }
        if (frames_.empty()) throw UserError("a GIF file without a frame");
        return from_bytes(at::stack(frames_), Levels::packed);
    }

private:
    void read_screen() {
        reader_.take(6);
        width_ = reader_.word();
        height_ = reader_.word();
        const int flags = reader_.byte();
        reader_.take(2);
        require_reasonable_size(width_, height_);
        if (flags & 0x80) palette_ = reader_.take(std::size_t(3) << ((flags & 7) + 1));
        canvas_ = at::zeros({height_, width_, 4}, at::kByte);
    }

    // False at the end of the file.
    bool read_block() {
        switch (reader_.byte()) {
        case 0x21:
            read_extension();
            return true;
        case 0x2c:
            read_frame();
            return true;
        case 0x00:
            return true;
        default:
            return false;
        }
    }

    void read_extension() {
        const int kind = reader_.byte();
        const std::vector<std::uint8_t> content = reader_.blocks();
        if (kind != 0xf9 || content.size() < 4) return;
        control_.disposal = content[0] >> 2 & 7;
        control_.transparent = content[0] & 1 ? std::optional<int>(content[3]) : std::nullopt;
    }

    void read_frame() {
        FrameArea area{.x = reader_.word(), .y = reader_.word(), .width = reader_.word(), .height = reader_.word()};
        const int flags = reader_.byte();
        area.interlaced = (flags & 0x40) != 0;
        const View palette = flags & 0x80 ? reader_.take(std::size_t(3) << ((flags & 7) + 1)) : palette_;
        const int least_bits = reader_.byte();
        const std::vector<std::uint8_t> codes = reader_.blocks();
        if (least_bits < 1 || least_bits > 11) throw OutOfData{};
        require_reasonable_size(area.width, area.height);
        require_reasonable_size(width_, height_, std::ssize(frames_) + 1);

        const Tensor before = control_.disposal == 3 ? canvas_.clone() : Tensor();
        draw(area, palette, expanded(codes, least_bits, std::size_t(area.width) * std::size_t(area.height)));
        frames_.push_back(canvas_.clone());
        if (control_.disposal == 3) canvas_ = before;
        if (control_.disposal == 2) erase(area);
        control_ = {};
    }

    void draw(const FrameArea& area, View palette, const std::vector<std::uint8_t>& indices) {
        auto* pixels = canvas_.mutable_data_ptr<std::uint8_t>();
        std::size_t at = 0;
        for (const int row : row_order(area)) {
            for (int column = 0; column < area.width && at < indices.size(); ++column, ++at) {
                const int x = area.x + column, y = area.y + row, index = indices[at];
                if (x >= width_ || y >= height_ || index == control_.transparent) continue;
                const std::size_t colour = 3 * std::size_t(index);
                if (colour + 2 >= palette.size()) continue;
                auto* pixel = pixels + 4 * (std::ptrdiff_t(y) * width_ + x);
                std::memcpy(pixel, palette.data() + colour, 3);
                pixel[3] = 255;
            }
        }
    }

    void erase(const FrameArea& area) {
        const int bottom = std::min(height_, area.y + area.height), right = std::min(width_, area.x + area.width);
        if (bottom > area.y && right > area.x) canvas_.slice(0, area.y, bottom).slice(1, area.x, right).zero_();
    }

    Reader reader_;
    int width_ = 0, height_ = 0;
    View palette_;
    FrameControl control_;
    Tensor canvas_;  // uint8 [h, w, 4]
    std::vector<Tensor> frames_;
};

}  // namespace

DecodedPicture read_gif(View file) { return Gif(file).read(); }

}  // namespace easel::nodes
