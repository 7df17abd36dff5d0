#include "base/error.hpp"
#include "base/python_repr.hpp"
#include "nodes/choices.hpp"
#include "nodes/types.hpp"

#include <algorithm>
#include <array>
#include <cmath>
#include <string_view>

namespace easel::nodes {
namespace {

struct AspectRatio {
    std::string_view name;
    std::int64_t width, height;
};

constexpr std::array<AspectRatio, 8> aspect_ratios = {{
    {"1:1 (Square)", 1, 1},
    {"2:3 (Portrait Photo)", 2, 3},
    {"3:2 (Photo)", 3, 2},
    {"3:4 (Portrait Standard)", 3, 4},
    {"4:3 (Standard)", 4, 3},
    {"9:16 (Portrait Widescreen)", 9, 16},
    {"16:9 (Widescreen)", 16, 9},
    {"21:9 (Ultrawide)", 21, 9},
}};

struct ResolutionSelector {
    std::string aspect_ratio = "1:1 (Square)";
    double megapixels = 1.0;
    std::int64_t multiple = 8;

    static void declare(Schema& s) {
        s.shape = RecordShape::modern;
        s.python_module = "comfy_extras.nodes_resolution";
        s.category = "utilities";
        s.display_name = "Resolution Selector";
        s.description = "Calculate width and height from aspect ratio and megapixel target. Useful for setting up "
                        "Empty Latent Image dimensions.";
        s.in("aspect_ratio", &ResolutionSelector::aspect_ratio)
            .choices(one_of({"1:1 (Square)", "2:3 (Portrait Photo)", "3:2 (Photo)", "3:4 (Portrait Standard)",
                             "4:3 (Standard)", "9:16 (Portrait Widescreen)", "16:9 (Widescreen)", "21:9 (Ultrawide)"}))
            .default_value("1:1 (Square)")
            .tooltip("The aspect ratio for the output dimensions.");
        s.in("megapixels", &ResolutionSelector::megapixels)
            .range(0.1, 16.0)
            .step(0.1)
            .tooltip("Target total megapixels. 1.0 MP ≈ 1024x1024 for square.");
        s.in("multiple", &ResolutionSelector::multiple)
            .range(8, 128)
            .step(4)
            .advanced()
            .tooltip("Nearest multiple of the result to set the selected resolution to.");
        s.out("width").tooltip = "Calculated width in pixels multiplied by the selected multiple.";
        s.out("height").tooltip = "Calculated height in pixels multiplied by the selected multiple.";
    }

    std::tuple<std::int64_t, std::int64_t> execute() const {
        const auto found = std::ranges::find(aspect_ratios, aspect_ratio, &AspectRatio::name);
        if (found == aspect_ratios.end()) throw NamedError("KeyError", python_repr(std::string_view(aspect_ratio)));
        const double scale = std::sqrt(megapixels * 1024 * 1024 / static_cast<double>(found->width * found->height));
        const auto side = [&](std::int64_t share) {
            const double steps = static_cast<double>(share) * scale / static_cast<double>(multiple);
            return static_cast<std::int64_t>(std::nearbyint(steps)) * multiple;
        };
        return {side(found->width), side(found->height)};
    }
};

}  // namespace

void register_resolution_selector(Registry& registry) { registry.add<ResolutionSelector>("ResolutionSelector"); }

}  // namespace easel::nodes
