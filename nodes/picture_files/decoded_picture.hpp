// What every reader of a picture format gives, and the bounds that all of them keep.
#pragma once

#include "inference/tensor.hpp"

#include <cstdint>
#include <optional>
#include <span>

namespace easel::nodes {

struct DecodedPicture {
    Tensor pixels;                // [frames, h, w, 3], float32 in 0..1
    std::optional<Tensor> alpha;  // [frames, h, w], 1 is opaque
};

// How 8-bit samples become numbers. The reference reads most formats by way of 16 bits, where 255 becomes 0xff00: those
// pictures are a little darker there, and an alpha channel of theirs is never quite opaque. `packed` is the same, but
// for pictures whose width is a multiple of 32 the alpha channel is exact: no padding goes before the conversion.
enum class Levels { exact, widened, packed };

// Splits [frames, h, w, channels] of uint8 (1 grey, 2 grey and alpha, 3 RGB, 4 RGBA) into colours and alpha.
DecodedPicture from_bytes(const Tensor& samples, Levels levels);

// The same for 16-bit samples in an int32 tensor.
DecodedPicture from_words(const Tensor& samples);

// Throws a ValueError for pictures that would take unreasonable memory: a side of 0 or above 2^20, a frame above
// 178 million pixels (where Pillow refuses, too), an animation above 268 million pixels in all.
void require_reasonable_size(std::int64_t width, std::int64_t height, std::int64_t frames = 1);

// Quarter turns counter-clockwise that an EXIF block (a TIFF structure) asks for; 0 when it has no orientation or makes
// no sense. Mirrored orientations are only turned, as in the reference.
int exif_quarter_turns(std::span<const std::uint8_t> exif);

DecodedPicture turned(DecodedPicture picture, int quarter_turns);

}  // namespace easel::nodes
