#include "nodes/image/resize_types.hpp"

#include "base/error.hpp"
#include "inference/image/resize.hpp"
#include "nodes/choices.hpp"
#include "nodes/image/scaled_size.hpp"

#include <algorithm>
#include <cmath>

namespace easel::nodes {

namespace {

using graph::Field;
using graph::InputSpec;

constexpr std::int64_t most_pixels = 16384;

InputSpec pixels_input(const char* name, std::int64_t initial, std::int64_t least, const char* tooltip) {
    InputSpec input = inner_input(name, "INT");
    Field<std::int64_t>(input).tooltip(tooltip).default_value(initial).range(least, most_pixels).step(1);
    return input;
}

InputSpec factor_input(const char* name, double greatest, const char* tooltip) {
    InputSpec input = inner_input(name, "FLOAT");
    Field<double>(input).tooltip(tooltip).default_value(1.0).range(0.01, greatest).step(0.01);
    return input;
}

InputSpec crop_input() {
    InputSpec input = inner_input("crop", "COMBO");
    Field<std::string>(input)
        .choices(one_of({"disabled", "center"}))
        .default_value("center")
        .tooltip("How to handle aspect ratio mismatch: 'disabled' stretches to fit, 'center' crops to maintain aspect "
                 "ratio.");
    return input;
}

InputSpec match_input() {
    InputSpec input = inner_input("match", "IMAGE,MASK");
    input.options["tooltip"] = "Resize input to match the dimensions of this reference image or mask.";
    return input;
}

Size size_of_value(const graph::Value& value) {
    if (const auto* image = value.get_if<Image>()) return size_of(*image);
    if (const auto* mask = value.get_if<Mask>()) return {mask->values.size(-1), mask->values.size(-2)};
    throw NamedError("TypeError", "only the size of an image or a mask can be matched, not that of " + value.str());
}

// The largest size of which both sides are multiples, with the least cut off on either side.
Tensor to_multiple(const Tensor& samples, std::int64_t multiple, std::string_view method) {
    const std::int64_t height = samples.size(2), width = samples.size(3);
    const std::int64_t target_height = height / multiple * multiple, target_width = width / multiple * multiple;
    const bool is_there = target_height == height && target_width == width;
    if (multiple <= 1 || is_there || target_height == 0 || target_width == 0) return samples;

    const double by_width = double(target_width) / double(width), by_height = double(target_height) / double(height);
    const auto covering = [](std::int64_t side, double factor, std::int64_t least) {
        return std::max(least, static_cast<std::int64_t>(std::ceil(double(side) * factor)));
    };
    const bool width_decides = by_width >= by_height;
    const Size scaled{width_decides ? target_width : covering(width, by_height, target_width),
                      width_decides ? covering(height, by_width, target_height) : target_height};
    return inference::resize(samples, scaled.width, scaled.height, method)
        .narrow(2, (scaled.height - target_height) / 2, target_height)
        .narrow(3, (scaled.width - target_width) / 2, target_width);
}

// The size that a choice asks for; 0 x 0 to leave things as they are.
Size wanted_size(Size original, const Chosen& chosen) {
    const std::string& key = chosen.key;
    if (key == "scale by multiplier") return multiplied(original, chosen.number("multiplier"));
    if (key == "scale longer dimension") return with_longer_side(original, chosen.integer("longer_size"));
    if (key == "scale shorter dimension") return with_shorter_side(original, chosen.integer("shorter_size"));
    if (key == "match size") return size_of_value(chosen.require("match"));
    if (key == "scale total pixels") {
        const double total = std::floor(chosen.number("megapixels") * 1024 * 1024);
        return multiplied(original, std::sqrt(total / double(original.width * original.height)));
    }
    Size wanted;
    if (key == "scale dimensions")
        wanted = {chosen.integer("width"), chosen.integer("height")};
    else if (key == "scale width")
        wanted.width = chosen.integer("width");
    else if (key == "scale height")
        wanted.height = chosen.integer("height");
    else
        throw UserError("there is no way of resizing called '" + key + "'");
    return wanted.width == 0 && wanted.height == 0 ? wanted : completed(wanted, original);
}

}  // namespace

std::vector<Branch> resize_branches() {
    constexpr auto longer = "The longer edge will be resized to this value. Aspect ratio is preserved.";
    constexpr auto shorter = "The shorter edge will be resized to this value. Aspect ratio is preserved.";
    return {
        {"scale dimensions",
         {pixels_input("width", 512, 0,
                       "Target width in pixels. Set to 0 to auto-calculate from height while preserving aspect ratio."),
          pixels_input("height", 512, 0,
                       "Target height in pixels. Set to 0 to auto-calculate from width while preserving aspect ratio."),
          crop_input()}},
        {"scale by multiplier",
         {factor_input("multiplier", 8.0, "Scale factor (e.g., 2.0 doubles size, 0.5 halves size).")}},
        {"scale longer dimension", {pixels_input("longer_size", 512, 0, longer)}},
        {"scale shorter dimension", {pixels_input("shorter_size", 512, 0, shorter)}},
        {"scale width",
         {pixels_input("width", 512, 0, "Target width in pixels. Height auto-adjusts to preserve aspect ratio.")}},
        {"scale height",
         {pixels_input("height", 512, 0, "Target height in pixels. Width auto-adjusts to preserve aspect ratio.")}},
        {"scale total pixels",
         {factor_input("megapixels", 16.0,
                       "Target total megapixels (e.g., 1.0 ≈ 1024×1024). Aspect ratio is preserved.")}},
        {"match size", {match_input(), crop_input()}},
        {"scale to multiple",
         {pixels_input("multiple", 8, 1,
                       "Resize so width and height are divisible by this number. Useful for latent alignment (e.g., 8 "
                       "or 64).")}},
    };
}

Tensor resized(const Tensor& samples, const Chosen& chosen, std::string_view method) {
    if (chosen.key == "scale to multiple") return to_multiple(samples, chosen.integer("multiple"), method);
    const Size size = wanted_size({samples.size(3), samples.size(2)}, chosen);
    if (size.width == 0 && size.height == 0) return samples;
    const bool may_crop = chosen.key == "scale dimensions" || chosen.key == "match size";
    const auto crop = may_crop ? crop_named(chosen.text("crop")) : inference::Crop::none;
    return inference::resize(samples, size.width, size.height, method, crop);
}

}  // namespace easel::nodes
