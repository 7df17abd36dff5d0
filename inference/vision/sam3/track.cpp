#include "inference/vision/sam3/track.hpp"

#include "inference/vision/sam3/pieces.hpp"

#include <algorithm>
#include <array>
#include <cmath>
#include <string>

namespace easel::inference {
namespace {

constexpr std::array<std::array<float, 3>, 12> object_colors{{{0.12f, 0.47f, 0.71f},
                                                              {1.0f, 0.5f, 0.05f},
                                                              {0.17f, 0.63f, 0.17f},
                                                              {0.84f, 0.15f, 0.16f},
                                                              {0.58f, 0.4f, 0.74f},
                                                              {0.55f, 0.34f, 0.29f},
                                                              {0.89f, 0.47f, 0.76f},
                                                              {0.5f, 0.5f, 0.5f},
                                                              {0.74f, 0.74f, 0.13f},
                                                              {0.09f, 0.75f, 0.81f},
                                                              {0.94f, 0.76f, 0.06f},
                                                              {0.42f, 0.68f, 0.84f}}};

// Digits of five rows with three pixels each, the leftmost pixel in the highest bit.
constexpr int64_t digit_rows = 5, digit_columns = 3;
constexpr std::array<std::array<unsigned char, digit_rows>, 10> digit_pixels{{{7, 5, 5, 5, 7},
                                                                              {2, 6, 2, 2, 7},
                                                                              {7, 1, 7, 4, 7},
                                                                              {7, 1, 7, 1, 7},
                                                                              {5, 5, 7, 1, 1},
                                                                              {7, 4, 7, 1, 7},
                                                                              {7, 4, 7, 5, 7},
                                                                              {7, 1, 1, 1, 1},
                                                                              {7, 5, 7, 5, 7},
                                                                              {7, 5, 7, 1, 7}}};

// A digit whose pixels are `scale` wide, with an edge of one empty pixel around it.
Tensor digit(std::size_t number, int64_t scale) {
    Tensor pixels = at::zeros({digit_rows, digit_columns});
    for (int64_t row = 0; row < digit_rows; ++row)
        for (int64_t column = 0; column < digit_columns; ++column)
            if ((digit_pixels[number][static_cast<std::size_t>(row)] >> (digit_columns - 1 - column)) & 1)
                pixels[row][column] = 1.0f;
    return at::constant_pad_nd(pixels.repeat_interleave(scale, 0).repeat_interleave(scale, 1), {1, 1, 1, 1});
}

// Sets the pixels of `frame` [h, w, 3] under `shape`, whose corner is at (x, y), which may lie outside.
void stamp(Tensor& frame, const Tensor& shape, int64_t x, int64_t y, const Tensor& color) {
    const int64_t top = std::max<int64_t>(0, -y), left = std::max<int64_t>(0, -x);
    const int64_t bottom = std::min(shape.size(0), frame.size(0) - y),
                  right = std::min(shape.size(1), frame.size(1) - x);
    if (bottom <= top || right <= left) return;
    const Tensor seen = shape.slice(0, top, bottom).slice(1, left, right).unsqueeze(-1) > 0;
    Tensor part = frame.slice(0, y + top, y + bottom).slice(1, x + left, x + right);
    part.copy_(at::where(seen, color, part));
}

// A number around (x, y), black at its edge.
void draw_number(Tensor& frame, int64_t number, int64_t x, int64_t y, const Tensor& color, int64_t scale) {
    const std::string digits = std::to_string(number);
    const int64_t step = (digit_columns + 1) * scale;
    int64_t place = x - (step * static_cast<int64_t>(digits.size()) - scale) / 2;
    const int64_t top = y - digit_rows * scale / 2;
    for (const char sign : digits) {
        const Tensor shape = digit(static_cast<std::size_t>(sign - '0'), scale);
        const Tensor wide = at::max_pool2d(shape.unsqueeze(0).unsqueeze(0), 3, 1, 1)[0][0];
        stamp(frame, wide, place - 1, top - 1, at::zeros_like(color));
        stamp(frame, shape, place - 1, top - 1, color);
        place += step;
    }
}

}  // namespace

Tensor tracked_masks(const ObjectTrack& track, const std::vector<int64_t>& objects) {
    if (objects.empty()) return at::zeros({track.frames, track.height, track.width});
    Tensor any = track.masks.select(1, objects.front());
    for (const int64_t object : objects)
        any = any.bitwise_or(track.masks.select(1, object));
    std::vector<Tensor> frames;
    for (int64_t i = 0; i < track.frames; ++i) {
        const Tensor mask = sam3::unpacked_masks(any[i]).to(at::kFloat).unsqueeze(0).unsqueeze(0);
        frames.push_back(at::upsample_bilinear2d(mask, {track.height, track.width}, /*align_corners=*/false)[0]);
    }
    return at::cat(frames);
}

Tensor drawn_track(const ObjectTrack& track, int64_t index, const Tensor& picture, double opacity) {
    Tensor frame = picture.to(at::kFloat).clone();
    const int64_t height = frame.size(0), width = frame.size(1);
    std::vector<Tensor> masks, colors;
    for (int64_t object = 0; object < track.objects(); ++object) {
        const Tensor packed = sam3::unpacked_masks(track.masks[index][object]).to(at::kFloat);
        masks.push_back(at::upsample_nearest2d(packed.unsqueeze(0).unsqueeze(0), {height, width})[0][0] > 0.5);
        const auto& color = object_colors[static_cast<std::size_t>(object) % object_colors.size()];
        colors.push_back(at::tensor(at::ArrayRef<float>(color.data(), color.size())));
    }
    // Where objects overlap, the one with the lowest number is seen: the others are painted before it.
    const Tensor plain = frame * (1.0 - opacity);
    for (std::size_t i = masks.size(); i-- > 0;)
        frame = at::where(masks[i].unsqueeze(-1), plain + colors[i] * opacity, frame);

    const int64_t most_scale = std::max<int64_t>(3, height / 240);
    for (std::size_t i = 0; i < masks.size(); ++i) {
        const Tensor places = masks[i].nonzero();  // [area, 2]
        const int64_t area = places.size(0);
        if (area < 2) continue;
        const int64_t y = places.select(1, 0).sum().item<int64_t>() / area;
        const int64_t x = places.select(1, 1).sum().item<int64_t>() / area;
        // A number is not to hide a small object.
        const auto own = static_cast<int64_t>(std::sqrt(static_cast<float>(area)) / 15.0f);
        const int64_t scale = std::min(most_scale, std::max<int64_t>(1, own));
        draw_number(frame, static_cast<int64_t>(i), x, y, colors[i], scale);
        if (i < track.scores.size() && track.scores[i] < 1.0)
            draw_number(frame, static_cast<int64_t>(track.scores[i] * 100.0), x, y + digit_rows * scale + 3, colors[i],
                        std::max<int64_t>(1, scale * 2 / 3));
    }
    return frame.clamp(0, 1);
}

}  // namespace easel::inference
