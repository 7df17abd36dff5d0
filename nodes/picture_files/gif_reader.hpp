// Reads GIF files: every frame as it is seen, with transparency where nothing was drawn.
#pragma once

#include "nodes/picture_files/decoded_picture.hpp"

#include <cstdint>
#include <span>

namespace easel::nodes {

// Frames after damage are left out; throws a ValueError when not even one can be read.
DecodedPicture read_gif(std::span<const std::uint8_t> file);

}  // namespace easel::nodes
