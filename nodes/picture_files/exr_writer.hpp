// Writes OpenEXR files: one part, lines of 32-bit floats, not compressed. (openexr.com: OpenEXR File Layout)
#pragma once

#include "inference/tensor.hpp"

#include <array>
#include <cstdint>
#include <string>
#include <utility>
#include <vector>

namespace easel::nodes {

struct ExrSettings {
    // The primaries that the values are in: x and y of red, green, blue and white. The first are those of BT.709.
    std::array<float, 8> chromaticities = {0.64f, 0.33f, 0.30f, 0.60f, 0.15f, 0.06f, 0.3127f, 0.3290f};
    std::vector<std::pair<std::string, std::string>> texts;  // further attributes
};

// `picture`: linear light, float32 [h, w, channels] with 1 (luminance), 3 or 4 channels. Throws a ValueError otherwise.
std::vector<std::uint8_t> encode_exr(const Tensor& picture, const ExrSettings& settings);

}  // namespace easel::nodes
