#include "nodes/types.hpp"

namespace easel::nodes {
namespace {

struct ConditioningSetAreaStrength {
    Conditioning conditioning;
    double strength = 1.0;

    static void declare(Schema& s) {
        s.category = "model/conditioning/transform";
        s.display_name = "Conditioning (Set Area Strength)";
        s.in("conditioning", &ConditioningSetAreaStrength::conditioning);
        s.in("strength", &ConditioningSetAreaStrength::strength).range(0.0, 10.0).step(0.01);
    }

    Conditioning execute() const {
        Conditioning changed = conditioning;
        for (inference::Condition& condition : changed)
            condition.strength = strength;
        return changed;
    }
};

}  // namespace

void register_conditioning_set_area_strength(Registry& registry) {
    registry.add<ConditioningSetAreaStrength>("ConditioningSetAreaStrength");
}

}  // namespace easel::nodes
