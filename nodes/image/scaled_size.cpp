#include "nodes/image/scaled_size.hpp"

#include <algorithm>
#include <cmath>

namespace easel::nodes {

namespace {

Size with_width(Size original, std::int64_t width) {
    return {width, std::llrint(double(original.height) / double(original.width) * double(width))};
}

Size with_height(Size original, std::int64_t height) {
    return {std::llrint(double(original.width) / double(original.height) * double(height)), height};
}

}  // namespace

Size multiplied(Size size, double factor) {
    return {std::llrint(double(size.width) * factor), std::llrint(double(size.height) * factor)};
}

Size completed(Size wanted, Size original) {
    const auto side = [](std::int64_t of, std::int64_t other, std::int64_t original_other) {
        return std::max<std::int64_t>(1, std::llrint(double(of * other) / double(original_other)));
    };
    if (wanted.width == 0)
        wanted.width = side(original.width, wanted.height, original.height);
    else if (wanted.height == 0)
        wanted.height = side(original.height, wanted.width, original.width);
    return wanted;
}

Size with_longer_side(Size original, std::int64_t side) {
    if (original.height > original.width) return with_height(original, side);
    if (original.width > original.height) return with_width(original, side);
    return {side, side};
}

Size with_shorter_side(Size original, std::int64_t side) {
    if (original.height < original.width) return with_height(original, side);
    if (original.width < original.height) return with_width(original, side);
    return {side, side};
}

}  // namespace easel::nodes
