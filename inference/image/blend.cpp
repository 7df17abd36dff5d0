#include "inference/image/blend.hpp"

#include "base/error.hpp"

#include <string>

namespace easel::inference {

namespace {

Tensor soft_light(const Tensor& below, const Tensor& above) {
    const Tensor lifted = at::where(below <= 0.25, ((16 * below - 12) * below + 4) * below, below.sqrt());
    return at::where(above <= 0.5, below - (1 - 2 * above) * below * (1 - below),
                     below + (2 * above - 1) * (lifted - below));
}

}  // namespace

Tensor with_channels_of(const Tensor& pixels, const Tensor& like) {
    const int64_t wanted = like.size(-1), given = pixels.size(-1);
    if (given > wanted) return pixels.narrow(-1, 0, wanted);
    return given < wanted ? at::constant_pad_nd(pixels, {0, 1}, 1.0) : pixels;
}

Tensor blend(const Tensor& below, const Tensor& above, std::string_view mode) {
    if (mode == "normal") return above;
    if (mode == "multiply") return below * above;
    if (mode == "screen") return 1 - (1 - below) * (1 - above);
    if (mode == "overlay") return at::where(below <= 0.5, 2 * below * above, 1 - 2 * (1 - below) * (1 - above));
    if (mode == "soft_light") return soft_light(below, above);
    if (mode == "difference") return below - above;
    throw UserError("there is no blend mode '" + std::string(mode) + "'");
}

}  // namespace easel::inference
