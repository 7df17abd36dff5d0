#include "nodes/picture_files/png_reader.hpp"

#include "base/error.hpp"
#include "nodes/picture_files/png_chunks.hpp"

#include <zlib.h>

#include <algorithm>
#include <array>
#include <cstdlib>
#include <cstring>
#include <optional>
#include <string_view>
#include <vector>

namespace easel::nodes {

namespace {

using Bytes = std::vector<std::uint8_t>;
using View = std::span<const std::uint8_t>;

enum ColourType : int { grey = 0, rgb = 2, palette = 3, grey_alpha = 4, rgb_alpha = 6 };

struct Header {
    std::int64_t width = 0, height = 0;
    int depth = 0;
    int colour_type = 0;
    bool interlaced = false;

    int samples() const {
        switch (colour_type) {
        case rgb:
            return 3;
        case rgb_alpha:
            return 4;
        case grey_alpha:
            return 2;
        default:
            return 1;
        }
    }
    std::size_t row_bytes(std::int64_t pixels) const {
        return static_cast<std::size_t>((pixels * samples() * depth + 7) / 8);
    }
    // The distance to the pixel on the left in filters.
    std::size_t step() const { return static_cast<std::size_t>(std::max(1, samples() * depth / 8)); }
};

struct Area {
    std::int64_t x = 0, y = 0, width = 0, height = 0;
};

// What fcTL says of a frame of an animation.
struct FrameControl {
    Area area;
    int disposal = 0;  // 1: to background, 2: to what was before
    bool blends = false;
};

struct Frame {
    FrameControl control;
    std::vector<View> compressed;
};

Header read_header(const std::vector<PngChunk>& chunks) {
    if (chunks.empty() || chunks[0].type != "IHDR" || chunks[0].content.size() < 13)
        throw UserError("a PNG file without a header");
    const View at = chunks[0].content;
    Header header{.width = big_endian_32(at, 0),
                  .height = big_endian_32(at, 4),
                  .depth = at[8],
                  .colour_type = at[9],
                  .interlaced = at[12] != 0};
    constexpr std::array<std::string_view, 7> depths{"\1\2\4\10\20", "", "\10\20", "\1\2\4\10", "\10\20", "", "\10\20"};
    const bool known = header.colour_type < 7 && depths[static_cast<std::size_t>(header.colour_type)].find(
                                                     static_cast<char>(header.depth)) != std::string_view::npos;
    if (!known || at[10] != 0 || at[11] != 0 || at[12] > 1)
        throw UserError("a PNG file with colour type " + std::to_string(header.colour_type) + " and " +
                        std::to_string(header.depth) + " bits, which do not exist");
    return header;
}

// Decompresses as much as there is, up to `size` bytes; the rest stays zero.
Bytes inflated(const std::vector<View>& parts, std::size_t size) {
    Bytes out(size);
    z_stream stream{};
    if (inflateInit(&stream) != Z_OK) throw Error("cannot set up decompression");
    std::size_t filled = 0;
    int state = Z_OK;
    for (const View part : parts) {
        stream.next_in = const_cast<Bytef*>(part.data());
        stream.avail_in = static_cast<uInt>(part.size());
        while (state == Z_OK && stream.avail_in > 0 && filled < size) {
            const std::size_t room = std::min<std::size_t>(size - filled, 1u << 30);
            stream.next_out = out.data() + filled;
            stream.avail_out = static_cast<uInt>(room);
            state = inflate(&stream, Z_NO_FLUSH);
            filled += room - stream.avail_out;
        }
    }
    inflateEnd(&stream);
    return out;
}

int nearest_of(int left, int above, int corner) {
    const int to_left = std::abs(above - corner), to_above = std::abs(left - corner);
    const int to_corner = std::abs(left + above - 2 * corner);
    if (to_left <= to_above && to_left <= to_corner) return left;
    return to_above <= to_corner ? above : corner;
}

// Undoes one row's filter in place. `above` is the row over it, or zeros.
void restore_row(int filter, std::span<std::uint8_t> row, const std::uint8_t* above, std::size_t step) {
    for (std::size_t i = 0; i < row.size(); ++i) {
        const int left = i >= step ? row[i - step] : 0, corner = i >= step ? above[i - step] : 0, over = above[i];
        int predicted = 0;
        switch (filter) {
        case 1:
            predicted = left;
            break;
        case 2:
            predicted = over;
            break;
        case 3:
            predicted = (left + over) / 2;
            break;
        case 4:
            predicted = nearest_of(left, over, corner);
            break;
        default:
            return;
        }
        row[i] = static_cast<std::uint8_t>(row[i] + predicted);
    }
}

// Puts the samples of a packed row into every `stride`th pixel of a row of samples, as they are in the file.
void unpack_row(const Header& header, const std::uint8_t* packed, std::int64_t pixels, std::int32_t* out,
                std::int64_t stride) {
    const int samples = header.samples(), depth = header.depth;
    for (std::int64_t i = 0; i < pixels; ++i) {
        for (int s = 0; s < samples; ++s) {
            const std::int64_t at = i * samples + s;
            std::int32_t value = 0;
            if (depth == 16)
                value = packed[2 * at] << 8 | packed[2 * at + 1];
            else if (depth == 8)
                value = packed[at];
            else
                value = packed[at * depth / 8] >> (8 - depth - at * depth % 8) & ((1 << depth) - 1);
            out[i * stride * samples + s] = value;
        }
    }
}

struct Pass {
    std::int64_t x, y, step_x, step_y;
};
constexpr std::array<Pass, 7> adam7{
    {{0, 0, 8, 8}, {4, 0, 8, 8}, {0, 4, 4, 8}, {2, 0, 4, 4}, {0, 2, 2, 4}, {1, 0, 2, 2}, {0, 1, 1, 2}}};
constexpr std::array<Pass, 1> one_pass{{{0, 0, 1, 1}}};

std::int64_t count(std::int64_t length, std::int64_t first, std::int64_t step) {
    return length > first ? (length - first + step - 1) / step : 0;
}

// The samples of one picture as they are in the file: int32 [h, w, samples].
Tensor samples_of(const Header& header, std::int64_t width, std::int64_t height, const std::vector<View>& compressed) {
    const auto passes = header.interlaced ? std::span<const Pass>(adam7) : std::span<const Pass>(one_pass);
    std::size_t size = 0;
    for (const Pass& pass : passes) {
        const std::int64_t columns = count(width, pass.x, pass.step_x), rows = count(height, pass.y, pass.step_y);
        if (columns > 0) size += static_cast<std::size_t>(rows) * (1 + header.row_bytes(columns));
    }
    Bytes packed = inflated(compressed, size);

    const Tensor out = at::zeros({height, width, header.samples()}, at::kInt);
    auto* values = out.mutable_data_ptr<std::int32_t>();
    auto* at = packed.data();
    for (const Pass& pass : passes) {
        const std::int64_t columns = count(width, pass.x, pass.step_x), rows = count(height, pass.y, pass.step_y);
        if (columns == 0) continue;
        const std::size_t length = header.row_bytes(columns);
        const Bytes nothing(length);
        const std::uint8_t* above = nothing.data();
        for (std::int64_t row = 0; row < rows; ++row, at += 1 + length) {
            restore_row(at[0], {at + 1, length}, above, header.step());
            above = at + 1;
            const std::int64_t first = (pass.y + row * pass.step_y) * width + pass.x;
            unpack_row(header, above, columns, values + first * header.samples(), pass.step_x);
        }
    }
    return out;
}

struct Transparency {
    View palette;  // PLTE: red, green, blue
    View alpha;    // tRNS
};

// Palette entries as [h, w, 4] of 0..255.
Tensor looked_up(const Tensor& indices, const Transparency& colours) {
    const Tensor table = at::zeros({256, 4}, at::kInt);
    auto entries = table.accessor<std::int32_t, 2>();
    for (std::int64_t i = 0; i < 256; ++i) {
        const auto at = static_cast<std::size_t>(i);
        for (std::size_t c = 0; c < 3 && 3 * at + 2 < colours.palette.size(); ++c)
            entries[i][std::int64_t(c)] = colours.palette[3 * at + c];
        entries[i][3] = at < colours.alpha.size() ? colours.alpha[at] : 255;
    }
    return table.index_select(0, indices.flatten()).reshape({indices.size(0), indices.size(1), 4});
}

// Samples of the picture's own kind, full scale: 0..255 or 0..65535, alpha added where one colour is transparent.
Tensor full_scale(const Header& header, const Tensor& samples, const Transparency& colours) {
    if (header.colour_type == palette) return looked_up(samples, colours);
    Tensor scaled = samples;
    if (header.depth < 8) scaled = samples * (255 / ((1 << header.depth) - 1));
    const auto parts = static_cast<std::size_t>(header.samples());
    const bool has_key = (header.colour_type == grey || header.colour_type == rgb) && colours.alpha.size() >= 2 * parts;
    if (!has_key) return scaled;
    Tensor is_key = at::ones({samples.size(0), samples.size(1)}, at::kBool);
    for (std::size_t c = 0; c < parts; ++c)
        is_key = is_key.logical_and(samples.select(2, std::int64_t(c)).eq(big_endian_16(colours.alpha, 2 * c)));
    const std::int32_t opaque = header.depth == 16 ? 65535 : 255;
    return at::cat({scaled, is_key.logical_not().to(at::kInt).mul(opaque).unsqueeze(2)}, 2);
}

std::optional<FrameControl> frame_control(const Header& header, View content) {
    if (content.size() < 26) return std::nullopt;
    FrameControl control{.area = {.x = big_endian_32(content, 12),
                                  .y = big_endian_32(content, 16),
                                  .width = big_endian_32(content, 4),
                                  .height = big_endian_32(content, 8)},
                         .disposal = content[24],
                         .blends = content[25] == 1};
    const Area& area = control.area;
    const bool fits = area.width > 0 && area.height > 0 && area.x + area.width <= header.width &&
                      area.y + area.height <= header.height;
    if (!fits) throw UserError("an animated PNG file with a frame outside the picture");
    return control;
}

struct Contents {
    Transparency colours;
    View exif;
    std::vector<Frame> frames;
};

// Sorts the chunks: the still picture, or the frames of an animation (a still picture that is no frame is left out).
Contents contents_of(const Header& header, const std::vector<PngChunk>& chunks) {
    Contents contents;
    Frame still{.control = {.area = {.width = header.width, .height = header.height}}, .compressed = {}};
    bool is_animated = false, in_animation = false;
    for (const PngChunk& chunk : chunks) {
        if (chunk.type == "PLTE")
            contents.colours.palette = chunk.content;
        else if (chunk.type == "tRNS")
            contents.colours.alpha = chunk.content;
        else if (chunk.type == "eXIf")
            contents.exif = chunk.content;
        else if (chunk.type == "acTL")
            is_animated = true;
        else if (chunk.type == "fcTL" && is_animated) {
            const auto control = frame_control(header, chunk.content);
            if (!control) break;
            contents.frames.push_back({*control, {}});
            in_animation = true;
        } else if (chunk.type == "IDAT") {
            (in_animation ? contents.frames.back() : still).compressed.push_back(chunk.content);
        } else if (chunk.type == "fdAT" && in_animation && chunk.content.size() >= 4) {
            contents.frames.back().compressed.push_back(chunk.content.subspan(4));
        }
    }
    if (contents.frames.empty()) contents.frames.push_back(std::move(still));
    return contents;
}

// `frame` laid over its area of the canvas: in place of what is there, or weighed by its alpha.
void draw(const Tensor& canvas, const Tensor& frame, const FrameControl& control, double opaque) {
    const Area& area = control.area;
    const Tensor target = canvas.narrow(0, area.y, area.height).narrow(1, area.x, area.width);
    const std::int64_t channels = frame.size(2);
    const bool has_alpha = channels == 2 || channels == 4;
    if (!control.blends || !has_alpha) {
        target.copy_(frame);
        return;
    }
    const Tensor over = frame.to(at::kDouble), under = target.to(at::kDouble);
    const Tensor over_alpha = over.narrow(2, channels - 1, 1) / opaque;
    const Tensor under_alpha = under.narrow(2, channels - 1, 1) / opaque * (1 - over_alpha);
    const Tensor alpha = over_alpha + under_alpha;
    const Tensor weighed = (over * over_alpha + under * under_alpha) / alpha.clamp_min(1e-9);
    const Tensor mixed = at::cat({weighed.narrow(2, 0, channels - 1), alpha * opaque}, 2);
    target.copy_(mixed.round().to(at::kInt));
}

}  // namespace

DecodedPicture read_png(View file) {
    const std::vector<PngChunk> chunks = png_chunks(file);
    const Header header = read_header(chunks);
    require_reasonable_size(header.width, header.height);
    const Contents contents = contents_of(header, chunks);
    require_reasonable_size(header.width, header.height, std::ssize(contents.frames));

    const double opaque = header.depth == 16 ? 65535 : 255;
    Tensor canvas;
    std::vector<Tensor> shown;
    for (const Frame& frame : contents.frames) {
        const Area& area = frame.control.area;
        const Tensor samples = samples_of(header, area.width, area.height, frame.compressed);
        const Tensor picture = full_scale(header, samples, contents.colours);
        if (!canvas.defined()) canvas = at::zeros({header.height, header.width, picture.size(2)}, at::kInt);
        const Tensor before = frame.control.disposal == 2 ? canvas.clone() : Tensor();
        draw(canvas, picture, frame.control, opaque);
        const auto narrow = [](const Tensor& levels, int depth) {
            return depth == 16 ? levels.clone() : levels.to(at::kByte);
        };
        shown.push_back(narrow(canvas, header.depth));
        if (frame.control.disposal == 2) canvas = before;
        if (frame.control.disposal == 1) canvas.narrow(0, area.y, area.height).narrow(1, area.x, area.width).zero_();
    }

    const Tensor frames = at::stack(shown);
    const int turns = exif_quarter_turns(contents.exif);
    if (header.depth == 16) return turned(from_words(frames), turns);
    const bool is_coloured = header.colour_type != grey && header.colour_type != grey_alpha;
    const bool is_exact_bilevel = header.depth == 1 && header.width % 32 == 0;
    return turned(from_bytes(frames, is_coloured || is_exact_bilevel ? Levels::exact : Levels::widened), turns);
}

}  // namespace easel::nodes
