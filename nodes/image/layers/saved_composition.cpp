#include "nodes/image/layers/saved_composition.hpp"

#include "base/error.hpp"
#include "base/json_text.hpp"

#include <algorithm>
#include <charconv>
#include <cmath>
#include <numeric>

namespace easel::nodes {

namespace {

constexpr double longest_side = 16384;

// The member of an object; null where there is none.
const Json& member(const Json& object, const char* name) {
    static const Json none;
    if (!object.is_object()) return none;
    const auto found = object.find(name);
    return found == object.end() ? none : *found;
}

double number(const Json& object, const char* name, double otherwise) {
    const Json& value = member(object, name);
    if (value.is_boolean()) return value.get<bool>() ? 1.0 : 0.0;
    if (!value.is_number() || !std::isfinite(value.get<double>())) return otherwise;
    return value.get<double>();
}

// As Python's bool(); `otherwise` where there is no such member.
bool truth(const Json& object, const char* name, bool otherwise) {
    if (!object.is_object() || !object.contains(name)) return otherwise;
    const Json& value = object[name];
    if (value.is_boolean()) return value.get<bool>();
    if (value.is_number()) return value.get<double>() != 0.0;
    if (value.is_string()) return !value.get_ref<const std::string&>().empty();
    return !value.empty();
}

// "#rgb" or "#rrggbb" as 0..1; white for anything else.
std::array<double, 3> color_of(const Json& value) {
    std::string text = value.is_string() ? value.get<std::string>() : "";
    const auto is_space = [](char c) { return c == ' ' || (c >= '\t' && c <= '\r'); };
    std::erase_if(text, is_space);
    if (text.size() == 4) text = {text[0], text[1], text[1], text[2], text[2], text[3], text[3]};
    std::array<double, 3> color{1, 1, 1};
    if (text.size() != 7 || text[0] != '#') return color;
    for (std::size_t i = 0; i < 3; ++i) {
        int level = 0;
        const char *start = text.data() + 1 + 2 * i, *end = start + 2;
        const auto [stop, error] = std::from_chars(start, end, level, 16);
        if (error != std::errc() || stop != end || *start == '-') return {1, 1, 1};
        color[i] = level / 255.0;
    }
    return color;
}

std::optional<std::array<double, 4>> background_of(const Json& entry) {
    const double opacity = std::clamp(number(entry, "opacity", 1.0), 0.0, 1.0);
    if (!entry.is_object() || opacity <= 0 || !truth(entry, "visible", true)) return std::nullopt;
    const auto [red, green, blue] = color_of(member(entry, "color"));
    return std::array{red, green, blue, opacity};
}

// Every layer once; empty where it is not.
std::vector<std::size_t> order_of(const Json& value, std::size_t count) {
    std::vector<std::size_t> order;
    if (!value.is_array() || value.size() != count) return {};
    for (const Json& place : value) {
        if (!place.is_number_integer() || place < 0) return {};
        order.push_back(place.get<std::size_t>());
    }
    std::vector<std::size_t> sorted = order, all(count);
    std::ranges::sort(sorted);
    std::iota(all.begin(), all.end(), std::size_t{0});
    return sorted == all ? order : std::vector<std::size_t>{};
}

double side(const Json& transform, const char* name, double natural) {
    const double value = number(transform, name, natural);
    return value <= 0 ? natural : std::min(value, longest_side);
}

inference::PlacedPicture placed(const inference::PlacedPicture& input, const Json& entry) {
    const Json& transform = member(entry, "transform");
    inference::PlacedPicture picture = input;
    picture.x = std::clamp(number(transform, "x", 0.0), -longest_side, longest_side);
    picture.y = std::clamp(number(transform, "y", 0.0), -longest_side, longest_side);
    picture.width = side(transform, "w", static_cast<double>(input.pixels.size(2)));
    picture.height = side(transform, "h", static_cast<double>(input.pixels.size(1)));
    picture.rotation = number(transform, "rotation", 0.0);
    picture.opacity = std::clamp(number(entry, "opacity", 1.0), 0.0, 1.0);
    const Json& mode = member(entry, "blend");
    picture.mode = mode.is_string() ? mode.get<std::string>() : "normal";
    picture.flipped = truth(entry, "flipH", false);
    picture.upside_down = truth(entry, "flipV", false);
    return picture;
}

}  // namespace

bool has_composition(const Json& given) {
    if (given.is_string()) return given != "" && given != "{}";
    return given.is_object() && !given.empty();
}

std::optional<SavedComposition> saved_composition(const Json& given) {
    Json state = given;
    if (state.is_string()) {
        try {
            state = read_json(given.get_ref<const std::string&>());
        } catch (const UserError&) {
            return std::nullopt;
        }
    }
    const Json &version = member(state, "version"), &canvas = member(state, "canvas");
    const Json &layers = member(state, "layers"), &inputs = member(state, "inputs");
    if (!version.is_null() && version != 1) return std::nullopt;
    if (!canvas.is_object() || !layers.is_array() || layers.empty()) return std::nullopt;
    SavedComposition saved{.width = static_cast<std::int64_t>(std::nearbyint(number(canvas, "w", 0))),
                           .height = static_cast<std::int64_t>(std::nearbyint(number(canvas, "h", 0))),
                           .layers = layers,
                           .inputs = {},
                           .order = order_of(member(state, "order"), layers.size()),
                           .background = background_of(member(state, "background"))};
    if (saved.width <= 0 || saved.height <= 0) return std::nullopt;
    if (inputs.is_array() && inputs.size() == layers.size() &&
        std::ranges::all_of(inputs, [](const Json& input) { return input.is_string(); }))
        saved.inputs = inputs.get<std::vector<std::string>>();
    return saved;
}

inference::LayeredPicture arranged(const SavedComposition& saved, const std::vector<NamedLayer>& layers) {
    inference::LayeredPicture picture{
        .width = saved.width, .height = saved.height, .background = saved.background, .layers = {}};
    std::vector<std::size_t> order = saved.order;
    if (order.empty()) {
        order.resize(layers.size());
        std::iota(order.begin(), order.end(), std::size_t{0});
    }
    for (std::size_t i : order)
        if (i < layers.size() && truth(saved.layers[i], "visible", true))
            picture.layers.push_back(placed(layers[i].picture, saved.layers[i]));
    return picture;
}

}  // namespace easel::nodes
