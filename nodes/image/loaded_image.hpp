// What the nodes that load a picture file share.
#pragma once

#include "base/folders.hpp"
#include "nodes/types.hpp"

#include <optional>
#include <string>

namespace easel::nodes {

struct LoadedImage {
    Image image;  // one element for each frame
    Mask mask;    // 1 where the picture is transparent; 64 x 64 zeros a frame when it has no alpha channel
};

// `name` is as in annotated_file: "cat.png", "cat.png [output]".
LoadedImage load_image(const Folders& folders, const std::string& name);

// For nodes whose input "image" is such a name: the digest of the file, and a refusal of names without a file.
Json image_fingerprint(const ConstantInputs& inputs);
std::optional<std::string> refuse_missing_image(const ConstantInputs& inputs);

}  // namespace easel::nodes
