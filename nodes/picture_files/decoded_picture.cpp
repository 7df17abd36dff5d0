#include "nodes/picture_files/decoded_picture.hpp"

#include "base/error.hpp"

#include <array>
#include <string>

namespace easel::nodes {

namespace {

DecodedPicture split(const Tensor& levels) {
    const std::int64_t channels = levels.size(-1);
    const std::int64_t colours = channels >= 3 ? 3 : 1;
    DecodedPicture picture;
    picture.pixels = levels.narrow(-1, 0, colours).expand({-1, -1, -1, 3}).contiguous();
    if (channels == 2 || channels == 4) picture.alpha = levels.select(-1, channels - 1).contiguous();
    return picture;
}

constexpr std::int64_t unpadded_multiple = 32;
constexpr std::int64_t largest_side = 1 << 20;
constexpr std::int64_t largest_frame = 178'956'970;
constexpr std::int64_t largest_animation = 1 << 28;

}  // namespace

DecodedPicture from_bytes(const Tensor& samples, Levels levels) {
    if (levels == Levels::exact) return split(samples.to(at::kFloat).div_(255.0));
    DecodedPicture picture = split(samples.to(at::kFloat).mul_(256.0).div_(65535.0));
    if (levels == Levels::packed && picture.alpha && samples.size(2) % unpadded_multiple == 0)
        picture.alpha = samples.select(-1, samples.size(-1) - 1).to(at::kFloat).div_(255.0);
    return picture;
}

DecodedPicture from_words(const Tensor& samples) { return split(samples.to(at::kFloat).div_(65535.0)); }

void require_reasonable_size(std::int64_t width, std::int64_t height, std::int64_t frames) {
    const bool sane = width > 0 && height > 0 && width <= largest_side && height <= largest_side && frames > 0;
    if (sane && width * height <= largest_frame && frames <= largest_animation / (width * height)) return;
    throw UserError("the picture has " + std::to_string(width) + " x " + std::to_string(height) + " pixels in " +
                    std::to_string(frames) + " frames, which is empty or more than this server loads (" +
                    std::to_string(largest_frame) + " pixels a frame, " + std::to_string(largest_animation) +
                    " in all)");
}

int exif_quarter_turns(std::span<const std::uint8_t> exif) {
    if (exif.size() < 14) return 0;
    const bool little = exif[0] == 'I' && exif[1] == 'I';
    if (!little && !(exif[0] == 'M' && exif[1] == 'M')) return 0;
    const auto number = [&](std::size_t at, std::size_t bytes) {
        std::size_t value = 0;
        for (std::size_t i = 0; i < bytes; ++i)
            value |= std::size_t(exif[at + i]) << 8 * (little ? i : bytes - 1 - i);
        return value;
    };
    const std::size_t directory = number(4, 4);
    if (directory + 2 > exif.size()) return 0;
    const std::size_t entries = number(directory, 2);
    for (std::size_t i = 0; i < entries; ++i) {
        const std::size_t entry = directory + 2 + 12 * i;
        if (entry + 12 > exif.size()) return 0;
        if (number(entry, 2) != 0x0112) continue;
        constexpr std::array<int, 9> turns{0, 0, 2, 2, 0, -1, -1, 1, 1};
        const std::size_t orientation = number(entry + 8, 2);
        return orientation < turns.size() ? turns[orientation] : 0;
    }
    return 0;
}

DecodedPicture turned(DecodedPicture picture, int quarter_turns) {
    if (quarter_turns == 0) return picture;
    picture.pixels = at::rot90(picture.pixels, quarter_turns, {1, 2}).contiguous();
    if (picture.alpha) picture.alpha = at::rot90(*picture.alpha, quarter_turns, {1, 2}).contiguous();
    return picture;
}

}  // namespace easel::nodes
