// Workflows inside of pictures: the text chunks of a PNG and the EXIF entries of a WebP, as ComfyUI writes them.
#pragma once

#include "base/json.hpp"

#include <optional>
#include <string_view>

namespace easel::workflows {

struct PictureWorkflow {
    std::optional<Json> prompt;    // in API format
    std::optional<Json> workflow;  // as the frontend saves it
};

bool is_png(std::string_view file);
bool is_webp(std::string_view file);

// Reads a PNG or WebP without trusting it: what is damaged, too large (64 MB) or no JSON counts as absent.
PictureWorkflow read_picture(std::string_view file);

}  // namespace easel::workflows
