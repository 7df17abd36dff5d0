#include "nodes/types.hpp"

namespace easel::nodes {
namespace {

struct ConditioningSetAreaPercentageVideo {
    Conditioning conditioning;
    double width = 1.0;
    double height = 1.0;
    double temporal = 1.0;
    double x = 0.0;
    double y = 0.0;
    double z = 0.0;
    double strength = 1.0;

    static void declare(Schema& s) {
        s.python_module = "comfy_extras.nodes_video_model";
        s.category = "model/conditioning/transform";
        s.display_name = "Conditioning (Set Area with Percentage for Video)";
        s.in("conditioning", &ConditioningSetAreaPercentageVideo::conditioning);
        s.in("width", &ConditioningSetAreaPercentageVideo::width).range(0, 1.0).step(0.01);
        s.in("height", &ConditioningSetAreaPercentageVideo::height).range(0, 1.0).step(0.01);
        s.in("temporal", &ConditioningSetAreaPercentageVideo::temporal).range(0, 1.0).step(0.01);
        s.in("x", &ConditioningSetAreaPercentageVideo::x).default_value(0).range(0, 1.0).step(0.01);
        s.in("y", &ConditioningSetAreaPercentageVideo::y).default_value(0).range(0, 1.0).step(0.01);
        s.in("z", &ConditioningSetAreaPercentageVideo::z).default_value(0).range(0, 1.0).step(0.01);
        s.in("strength", &ConditioningSetAreaPercentageVideo::strength).range(0.0, 10.0).step(0.01);
    }

    Conditioning execute() const {
        Conditioning limited = conditioning;
        for (auto& condition : limited) {
            condition.area = inference::Area{
                .unit = inference::Area::Unit::fraction, .size = {temporal, height, width}, .start = {z, y, x}};
            condition.strength = strength;
            condition.set_area_to_bounds = false;
        }
        return limited;
    }
};

}  // namespace

void register_conditioning_set_area_percentage_video(Registry& registry) {
    registry.add<ConditioningSetAreaPercentageVideo>("ConditioningSetAreaPercentageVideo");
}

}  // namespace easel::nodes
