// Reads BMP, TIFF and PNM files by way of OpenCV.
#pragma once

#include "nodes/picture_files/decoded_picture.hpp"

#include <cstdint>
#include <span>

namespace easel::nodes {

// True when the file begins like one of these formats.
bool is_plain(std::span<const std::uint8_t> file);

// The first picture of the file. Throws a ValueError for files that OpenCV cannot read.
DecodedPicture read_plain(std::span<const std::uint8_t> file);

}  // namespace easel::nodes
