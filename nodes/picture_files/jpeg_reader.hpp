// Reads JPEG files with the numbers of the reference, which repeats the colour of a block instead of smoothing it.
#pragma once

#include "nodes/picture_files/decoded_picture.hpp"

#include <cstdint>
#include <span>

namespace easel::nodes {

// What is missing of a truncated file is grey. Throws a ValueError for files that libjpeg cannot read.
DecodedPicture read_jpeg(std::span<const std::uint8_t> file);

}  // namespace easel::nodes
