#include "nodes/choices.hpp"
#include "nodes/types.hpp"

namespace easel::nodes {
namespace {

struct ConditioningSetMask {
    Conditioning conditioning;
    Mask mask;
    double strength = 1.0;
    std::string set_cond_area;

    static void declare(Schema& s) {
        s.category = "model/conditioning/transform";
        s.display_name = "Conditioning (Set Mask)";
        s.search_aliases = {"masked prompt", "regional inpaint conditioning", "mask conditioning"};
        s.in("conditioning", &ConditioningSetMask::conditioning);
        s.in("mask", &ConditioningSetMask::mask);
        s.in("strength", &ConditioningSetMask::strength).range(0.0, 10.0).step(0.01);
        s.in("set_cond_area", &ConditioningSetMask::set_cond_area).choices(one_of({"default", "mask bounds"}));
    }

    Conditioning execute() const {
        Conditioning masked = conditioning;
        for (inference::Condition& condition : masked) {
            condition.mask = mask.values.dim() < 3 ? mask.values.unsqueeze(0) : mask.values;
            condition.set_area_to_bounds = set_cond_area != "default";
            condition.mask_strength = strength;
        }
        return masked;
    }
};

}  // namespace

void register_conditioning_set_mask(Registry& registry) { registry.add<ConditioningSetMask>("ConditioningSetMask"); }

}  // namespace easel::nodes
