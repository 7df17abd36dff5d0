// The arithmetic of sizes behind nodes that scale pictures, rounded as in the reference (half to even).
#pragma once

#include "inference/image/resize.hpp"
#include "nodes/types.hpp"

#include <cstdint>
#include <string_view>

namespace easel::nodes {

struct Size {
    std::int64_t width = 0;
    std::int64_t height = 0;
};

inline Size size_of(const Image& image) { return {image.pixels.size(2), image.pixels.size(1)}; }

Size multiplied(Size size, double factor);

// A side of 0 in `wanted` follows from the other and the proportions of `original`.
Size completed(Size wanted, Size original);

// The sizes with the proportions of `original` whose longer or shorter side is `side`.
Size with_longer_side(Size original, std::int64_t side);
Size with_shorter_side(Size original, std::int64_t side);

// "center", or anything else for none.
inline inference::Crop crop_named(std::string_view name) {
    return name == "center" ? inference::Crop::center : inference::Crop::none;
}

}  // namespace easel::nodes
