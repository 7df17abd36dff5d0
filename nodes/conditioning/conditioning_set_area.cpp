#include "nodes/types.hpp"

namespace easel::nodes {
namespace {

struct ConditioningSetArea {
    Conditioning conditioning;
    std::int64_t width = 64;
    std::int64_t height = 64;
    std::int64_t x = 0;
    std::int64_t y = 0;
    double strength = 1.0;

    static void declare(Schema& s) {
        s.category = "model/conditioning/transform";
        s.display_name = "Conditioning (Set Area)";
        s.search_aliases = {"regional prompt", "area prompt", "spatial conditioning", "localized prompt"};
        s.in("conditioning", &ConditioningSetArea::conditioning);
        s.in("width", &ConditioningSetArea::width).range(64, 16384).step(8);
        s.in("height", &ConditioningSetArea::height).range(64, 16384).step(8);
        s.in("x", &ConditioningSetArea::x).range(0, 16384).step(8);
        s.in("y", &ConditioningSetArea::y).range(0, 16384).step(8);
        s.in("strength", &ConditioningSetArea::strength).range(0.0, 10.0).step(0.01);
    }

    // The box is given in pixels of the picture; conditions hold it in latent cells of eight.
    Conditioning execute() const {
        Conditioning placed = conditioning;
        for (inference::Condition& condition : placed) {
            condition.area = inference::Area{.unit = inference::Area::Unit::latent,
                                             .size = {double(height / 8), double(width / 8)},
                                             .start = {double(y / 8), double(x / 8)}};
            condition.strength = strength;
            condition.set_area_to_bounds = false;
        }
        return placed;
    }
};

}  // namespace

void register_conditioning_set_area(Registry& registry) { registry.add<ConditioningSetArea>("ConditioningSetArea"); }

}  // namespace easel::nodes
