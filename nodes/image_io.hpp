// Pictures in files and in memory: reads every format that LoadImage takes, with the reference's numbers.
#pragma once

#include "nodes/picture_files/decoded_picture.hpp"

#include <filesystem>
#include <span>

namespace easel::nodes {

// PNG (animated, too), JPEG, WebP (animated, too), GIF, BMP, TIFF (the first page) and PNM. Pictures are turned as
// their EXIF block asks. Throws a ValueError that names the file and says what is wrong, or an error of the type that
// the reference shows for a file that is no picture (PIL.UnidentifiedImageError).
DecodedPicture decode_image(const std::filesystem::path& file);

// The same for a file in memory. `name` stands for it in error messages.
DecodedPicture decode_image(std::span<const std::uint8_t> file, const std::string& name);

// [.., h, w, channels] in 0..1 as 8-bit samples: cut to the range and truncated, not rounded, as in the reference.
Tensor to_bytes(const Tensor& pixels);

// The 8-bit samples that a decoded picture's numbers were made of, whichever Levels its format has.
Tensor exact_bytes(const Tensor& decoded);

}  // namespace easel::nodes
