// Writes PNG and animated PNG files, with chunks of the caller's choice.
#pragma once

#include "inference/tensor.hpp"

#include <cstdint>
#include <string>
#include <vector>

namespace easel::nodes {

struct ExtraChunk {
    std::string type;  // four letters, "tEXt"
    std::string content;
};

struct PngSettings {
    int bits = 8;                           // a channel; 16: the picture has two bytes a channel, the high one first
    int compression = 4;                    // 0 (none) to 9, as zlib counts
    std::vector<ExtraChunk> before_pixels;  // between IHDR and IDAT
    std::vector<ExtraChunk> after_pixels;   // between the last pixels and IEND
};

// A tEXt chunk. Both texts are UTF-8 and must fit into Latin-1; throws a ValueError otherwise.
ExtraChunk png_text(const std::string& keyword, const std::string& text, const std::string& type = "tEXt");

// `picture`: uint8 [h, w, channels] on the CPU, with 1 (grey), 2 (grey and alpha), 3 or 4 channels
// (with 16 bits twice as many).
std::vector<std::uint8_t> encode_png(const Tensor& picture, const PngSettings& settings = {});

// `frames`: uint8 [frames, h, w, channels]. Each frame is shown for `milliseconds`, for ever.
std::vector<std::uint8_t> encode_animated_png(const Tensor& frames, int milliseconds, const PngSettings& settings = {});

}  // namespace easel::nodes
