#include "base/error.hpp"
#include "nodes/colors.hpp"
#include "nodes/types.hpp"

#include <algorithm>

namespace easel::nodes {
namespace {

struct ColorToRGBInt {
    std::string color = "#ffffff";

    static void declare(Schema& s) {
        s.shape = RecordShape::modern;
        s.python_module = "comfy_extras.nodes_color";
        s.category = "utilities";
        s.display_name = "Color Picker";
        s.description = "Return a color RGB integer value and hexadecimal representation.";
        s.in("color", &ColorToRGBInt::color).type("COLOR").option("socketless", true);
        s.out("rgb_int");
        s.out("hex").type = "COLOR";
        s.out("alpha");
    }

    std::tuple<std::int64_t, std::string, double> execute() const {
        const bool has_alpha = color.size() == 9;
        const auto channels = color.starts_with('#')
                                  ? parse_color(color.substr(0, std::min<std::size_t>(color.size(), 7)))
                                  : std::nullopt;
        const auto alpha = has_alpha ? parse_color("0000" + color.substr(7)) : std::array<std::int64_t, 3>{0, 0, 255};
        if ((color.size() != 7 && !has_alpha) || !channels || !alpha)
            throw UserError("Color must be in format #RRGGBB or #RRGGBBAA");
        const auto [red, green, blue] = *channels;
        return {red * 65536 + green * 256 + blue, color.substr(0, 7), static_cast<double>((*alpha)[2]) / 255.0};
    }
};

}  // namespace

void register_color_to_rgb_int(Registry& registry) { registry.add<ColorToRGBInt>("ColorToRGBInt"); }

}  // namespace easel::nodes
