#include "inference/image/porter_duff.hpp"

#include "base/error.hpp"
#include "inference/image/resize.hpp"

#include <algorithm>
#include <string>

namespace easel::inference {

namespace {

// Colours multiplied by their opacity.
struct Part {
    Tensor colour;   // [batch, h, w, channels]
    Tensor opacity;  // [batch, h, w, 1]
};

Part united(const Part& s, const Part& d, const Tensor& overlap) {
    return {(1 - d.opacity) * s.colour + (1 - s.opacity) * d.colour + overlap,
            s.opacity + d.opacity - s.opacity * d.opacity};
}

Part separable(const Part& s, const Part& d, std::string_view mode) {
    if (mode == "ADD") return {(s.colour + d.colour).clamp(0, 1), (s.opacity + d.opacity).clamp(0, 1)};
    if (mode == "DARKEN") return united(s, d, at::minimum(s.colour, d.colour));
    if (mode == "LIGHTEN") return united(s, d, at::maximum(s.colour, d.colour));
    if (mode == "MULTIPLY") return {s.colour * d.colour, s.opacity * d.opacity};
    const Tensor opacity = s.opacity + d.opacity - s.opacity * d.opacity;
    if (mode == "SCREEN") return {s.colour + d.colour - s.colour * d.colour, opacity};
    if (mode == "OVERLAY")
        return {at::where(2 * d.colour < d.opacity, 2 * s.colour * d.colour,
                          s.opacity * d.opacity - 2 * (d.opacity - s.colour) * (s.opacity - d.colour)),
                opacity};
    throw UserError("there is no compositing mode '" + std::string(mode) + "'");
}

// Every pixel of the result is a share of the source's and a share of the destination's.
Part composed(const Part& s, const Part& d, std::string_view mode) {
    const Tensor outside_s = 1 - s.opacity, outside_d = 1 - d.opacity;
    if (mode == "CLEAR") return {at::zeros_like(d.colour), at::zeros_like(d.opacity)};
    if (mode == "SRC") return s;
    if (mode == "DST") return d;
    if (mode == "SRC_IN") return {s.colour * d.opacity, s.opacity * d.opacity};
    if (mode == "DST_IN") return {d.colour * s.opacity, s.opacity * d.opacity};
    if (mode == "SRC_OUT") return {outside_d * s.colour, outside_d * s.opacity};
    if (mode == "DST_OUT") return {outside_s * d.colour, outside_s * d.opacity};
    if (mode == "SRC_ATOP") return {d.opacity * s.colour + outside_s * d.colour, d.opacity};
    if (mode == "DST_ATOP") return {s.opacity * d.colour + outside_d * s.colour, s.opacity};
    if (mode == "SRC_OVER") return {s.colour + outside_s * d.colour, s.opacity + outside_s * d.opacity};
    if (mode == "DST_OVER") return {d.colour + outside_d * s.colour, d.opacity + outside_d * s.opacity};
    if (mode == "XOR")
        return {outside_d * s.colour + outside_s * d.colour, outside_d * s.opacity + outside_s * d.opacity};
    return separable(s, d, mode);
}

Tensor sized(const Tensor& pixels, int64_t height, int64_t width) {
    if (pixels.size(1) == height && pixels.size(2) == width) return pixels;
    return resize_image(pixels, width, height, "bicubic", Crop::center);
}

}  // namespace

Layer porter_duff(const Layer& source, const Layer& destination, std::string_view mode) {
    const int64_t count =
        std::min({source.pixels.size(0), source.mask.size(0), destination.pixels.size(0), destination.mask.size(0)});
    if (source.pixels.size(3) != destination.pixels.size(3))
        throw UserError("source and destination have different numbers of channels");
    const int64_t height = destination.pixels.size(1), width = destination.pixels.size(2);
    const auto part = [&](const Layer& layer) {
        const Tensor opacity = 1 - sized(layer.mask.narrow(0, 0, count).unsqueeze(-1), height, width);
        return Part{sized(layer.pixels.narrow(0, 0, count), height, width) * opacity, opacity};
    };
    const Part result = composed(part(source), part(destination), mode);
    const Tensor colours =
        at::where(result.opacity > 1e-5, result.colour / result.opacity, at::zeros_like(result.colour));
    return {colours.clamp(0, 1), (1 - result.opacity).squeeze(-1)};
}

}  // namespace easel::inference
