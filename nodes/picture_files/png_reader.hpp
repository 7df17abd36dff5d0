// Reads PNG files of every colour type and depth, interlaced or not, and the frames of animated ones.
#pragma once

#include "nodes/picture_files/decoded_picture.hpp"

#include <cstdint>
#include <span>

namespace easel::nodes {

// Rows that a damaged or truncated file lacks are zero. Text, colour profiles and other chunks are skipped unread, so a
// compressed bomb in one of them costs nothing. Throws a ValueError when the file has no usable header, an impossible
// one, or is too large.
DecodedPicture read_png(std::span<const std::uint8_t> file);

}  // namespace easel::nodes
