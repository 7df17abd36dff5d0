#include "inference/image/layer_blend.hpp"

#include <algorithm>

namespace easel::inference {

namespace layer_mix {

constexpr double nothing = 1e-6;  // what is smaller counts as 0

using Mix = Tensor (*)(const Tensor& below, const Tensor& above);

struct LayerMode {
    std::string_view name;
    Mix mix;
    bool on_light;  // mixes linear light; otherwise sRGB
};

Tensor either(const Tensor& condition, const Tensor& a, const Tensor& b) { return at::where(condition, a, b); }
Tensor either(const Tensor& condition, double a, const Tensor& b) {
    return at::where(condition, at::full_like(b, a), b);
}

// 0 where the divisor is.
Tensor quotient(const Tensor& a, const Tensor& b) {
    const Tensor is_nothing = b.abs() < nothing;
    return either(is_nothing, 0.0, a / either(is_nothing, 1.0, b));
}

Tensor product(const Tensor& i, const Tensor& l) { return i * l; }
Tensor screen(const Tensor& i, const Tensor& l) { return 1 - (1 - i) * (1 - l); }
Tensor overlay(const Tensor& i, const Tensor& l) { return either(i < 0.5, 2 * i * l, 1 - 2 * (1 - l) * (1 - i)); }
Tensor dodge(const Tensor& i, const Tensor& l) {
    return either(i <= 0, 0.0, either(1 - l <= nothing, 1.0, quotient(i, 1 - l).clamp_max(1)));
}
Tensor burn(const Tensor& i, const Tensor& l) {
    return either(i >= 1, 1.0, either(l <= nothing, 0.0, 1 - quotient(1 - i, l).clamp_max(1)));
}
Tensor hard_light(const Tensor& i, const Tensor& l) {
    return either(l > 0.5, (1 - (1 - i) * (1 - (l - 0.5) * 2)).clamp_max(1), (i * (l * 2)).clamp_max(1));
}
Tensor soft_light(const Tensor& i, const Tensor& l) { return (1 - i) * product(i, l) + i * screen(i, l); }
Tensor vivid_light(const Tensor& i, const Tensor& l) {
    const Tensor dark = either(i >= 1, 1.0, either(2 * l <= nothing, 0.0, (1 - quotient(1 - i, 2 * l)).clamp_min(0)));
    const Tensor bright =
        either(i <= 0, 0.0, either(2 * (1 - l) <= nothing, 1.0, quotient(i, 2 * (1 - l)).clamp_max(1)));
    return either(l <= 0.5, dark, bright);
}
Tensor pin_light(const Tensor& i, const Tensor& l) {
    return either(l > 0.5, at::maximum(i, 2 * (l - 0.5)), at::minimum(i, 2 * l));
}

// Of [h, w, 3], as [h, w, 1].
Tensor highest(const Tensor& rgb) { return rgb.amax(-1, true); }
Tensor lowest(const Tensor& rgb) { return rgb.amin(-1, true); }
Tensor luminance(const Tensor& rgb) {
    return rgb.narrow(-1, 0, 1) * 0.2224884 + rgb.narrow(-1, 1, 1) * 0.71690369 + rgb.narrow(-1, 2, 1) * 0.06060791;
}
// How far the channels lie apart, as a share of the highest.
Tensor chroma_share(const Tensor& rgb) {
    const Tensor high = highest(rgb), is_black = high == 0;
    return either(is_black, 0.0, (high - lowest(rgb)) / either(is_black, 1.0, high));
}

Tensor hue(const Tensor& i, const Tensor& l) {
    const Tensor spread = highest(l) - lowest(l), is_grey = spread <= nothing;
    const Tensor ratio = either(is_grey, 0.0, chroma_share(i) * highest(i) / either(is_grey, 1.0, spread));
    return either(is_grey, i, l * ratio + (highest(i) - highest(l) * ratio));
}
Tensor saturation(const Tensor& i, const Tensor& l) {
    const Tensor high = highest(i), spread = high - lowest(i), is_grey = spread <= nothing;
    const Tensor ratio = either(is_grey, 0.0, chroma_share(l) * high / either(is_grey, 1.0, spread));
    return either(is_grey, high, i * ratio + (1 - ratio) * high);
}
Tensor color(const Tensor& i, const Tensor& l) {
    const Tensor light = (lowest(i) + highest(i)) / 2, other = (lowest(l) + highest(l)) / 2;
    const Tensor is_grey = at::logical_or(other.abs() <= nothing, (1 - other).abs() <= nothing);
    const Tensor room = at::minimum(light, 1 - light), other_room = at::minimum(other, 1 - other);
    const Tensor ratio = room / either(is_grey, 1.0, other_room);
    const Tensor none = at::zeros_like(room);
    const Tensor offset = either(light > 0.5, 1 - 2 * room, none) + either(other > 0.5, 2 * room - ratio, none);
    return either(is_grey, light, l * ratio + offset);
}
Tensor luminosity(const Tensor& i, const Tensor& l) {
    const Tensor have = luminance(i), wanted = luminance(l), is_black = have <= nothing;
    return either(is_black, wanted, i * either(is_black, 0.0, wanted / either(is_black, 1.0, have)));
}

constexpr LayerMode modes[] = {
    {"normal", [](const Tensor&, const Tensor& l) { return l; }, true},
    {"multiply", product, true},
    {"screen", screen, false},
    {"overlay", overlay, false},
    {"darken", [](const Tensor& i, const Tensor& l) { return at::minimum(i, l); }, true},
    {"lighten", [](const Tensor& i, const Tensor& l) { return at::maximum(i, l); }, true},
    {"color-dodge", dodge, false},
    {"color-burn", burn, false},
    {"hard-light", hard_light, false},
    {"soft-light", soft_light, false},
    {"difference", [](const Tensor& i, const Tensor& l) { return (i - l).abs(); }, false},
    {"exclusion", [](const Tensor& i, const Tensor& l) { return 0.5 - 2 * (i - 0.5) * (l - 0.5); }, false},
    {"linear-dodge", [](const Tensor& i, const Tensor& l) { return i + l; }, true},
    {"linear-burn", [](const Tensor& i, const Tensor& l) { return i + l - 1; }, false},
    {"vivid-light", vivid_light, false},
    {"pin-light", pin_light, false},
    {"linear-light", [](const Tensor& i, const Tensor& l) { return i + 2 * l - 1; }, false},
    {"hard-mix", [](const Tensor& i, const Tensor& l) { return (i + l >= 1).to(at::kFloat); }, false},
    {"subtract", [](const Tensor& i, const Tensor& l) { return (i - l).clamp_min(0); }, true},
    {"divide", [](const Tensor& i, const Tensor& l) { return (i / l.clamp_min(nothing)).clamp(0, 1); }, true},
    {"grain-extract", [](const Tensor& i, const Tensor& l) { return i - l + 0.5; }, false},
    {"grain-merge", [](const Tensor& i, const Tensor& l) { return i + l - 0.5; }, false},
    {"hue", hue, false},
    {"saturation", saturation, false},
    {"color", color, false},
    {"luminosity", luminosity, true},
};

}  // namespace layer_mix

namespace {

using layer_mix::either;

Tensor mixed_light(const layer_mix::LayerMode& mode, const Tensor& below, const Tensor& above) {
    if (mode.on_light) return mode.mix(below, above);
    return light_of_srgb(mode.mix(srgb_of_light(below), srgb_of_light(above)));
}

}  // namespace

Tensor light_of_srgb(const Tensor& encoded) {
    return at::where(encoded <= 0.04045, encoded / 12.92, ((encoded.clamp_min(0) + 0.055) / 1.055).pow(2.4));
}

Tensor srgb_of_light(const Tensor& light) {
    return at::where(light <= 0.0031308, 12.92 * light, 1.055 * light.clamp_min(0).pow(1.0 / 2.4) - 0.055);
}

Tensor blend_layer(const Tensor& below, const Tensor& layer, std::string_view name, double opacity) {
    const auto* mode = std::ranges::find(layer_mix::modes, name, &layer_mix::LayerMode::name);
    if (mode == std::end(layer_mix::modes)) mode = layer_mix::modes;
    const Tensor rgb = below.narrow(-1, 0, 3), alpha = below.narrow(-1, 3, 1);
    const Tensor above = layer.narrow(-1, 0, 3), cover = layer.narrow(-1, 3, 1) * opacity;
    const Tensor mixed = mixed_light(*mode, rgb, above);
    if (mode->name != "normal") {
        const Tensor stays = at::logical_or(alpha == 0, cover == 0);
        return at::cat({either(stays, rgb, mixed * cover + rgb * (1 - cover)), alpha}, -1);
    }
    const Tensor together = cover + (1 - cover) * alpha, is_clear = together == 0;
    const Tensor share = either(is_clear, 0.0, cover / either(is_clear, 1.0, together));
    const Tensor blended = share * (alpha * (mixed - above) + above - rgb) + rgb;
    const Tensor stays = at::logical_or(cover == 0, is_clear);
    return at::cat({either(stays, rgb, either(alpha == 0, above, blended)), together}, -1);
}

}  // namespace easel::inference
