// Reads and writes WebP files, still and animated.
#pragma once

#include "nodes/picture_files/decoded_picture.hpp"

#include <cstdint>
#include <span>
#include <string>
#include <vector>

namespace easel::nodes {

// Throws a ValueError for files that libwebp cannot read.
DecodedPicture read_webp(std::span<const std::uint8_t> file);

struct WebpSettings {
    bool lossless = true;
    int quality = 80;      // 0 to 100: of the picture, or when lossless of the packing
    int method = 4;        // 0 (fast) to 6 (small)
    int milliseconds = 0;  // each frame is shown so long
    std::string exif;      // an EXIF chunk, when not empty
};

// `frames`: uint8 [frames, h, w, 3 or 4]. One frame makes a still picture.
std::vector<std::uint8_t> encode_webp(const Tensor& frames, const WebpSettings& settings);

// An EXIF block of ASCII entries in tag order, as Pillow writes it: big endian is not used, no thumbnail.
std::string exif_texts(const std::vector<std::pair<std::uint16_t, std::string>>& entries);

}  // namespace easel::nodes
