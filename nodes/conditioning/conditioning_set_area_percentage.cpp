#include "nodes/types.hpp"

namespace easel::nodes {
namespace {

struct ConditioningSetAreaPercentage {
    Conditioning conditioning;
    double width = 1.0;
    double height = 1.0;
    double x = 0.0;
    double y = 0.0;
    double strength = 1.0;

    static void declare(Schema& s) {
        s.category = "model/conditioning/transform";
        s.display_name = "Conditioning (Set Area with Percentage)";
        s.in("conditioning", &ConditioningSetAreaPercentage::conditioning);
        s.in("width", &ConditioningSetAreaPercentage::width).range(0, 1.0).step(0.01);
        s.in("height", &ConditioningSetAreaPercentage::height).range(0, 1.0).step(0.01);
        s.in("x", &ConditioningSetAreaPercentage::x).default_value(0).range(0, 1.0).step(0.01);
        s.in("y", &ConditioningSetAreaPercentage::y).default_value(0).range(0, 1.0).step(0.01);
        s.in("strength", &ConditioningSetAreaPercentage::strength).range(0.0, 10.0).step(0.01);
    }

    Conditioning execute() const {
        Conditioning placed = conditioning;
        for (inference::Condition& condition : placed) {
            condition.area =
                inference::Area{.unit = inference::Area::Unit::fraction, .size = {height, width}, .start = {y, x}};
            condition.strength = strength;
            condition.set_area_to_bounds = false;
        }
        return placed;
    }
};

}  // namespace

void register_conditioning_set_area_percentage(Registry& registry) {
    registry.add<ConditioningSetAreaPercentage>("ConditioningSetAreaPercentage");
}

}  // namespace easel::nodes
