#include "nodes/types.hpp"

namespace easel::nodes {
namespace {

struct ConditioningMultiply {
    Conditioning conditioning;
    double multiplier = 1.0;

    static void declare(Schema& s) {
        s.category = "model/conditioning/transform";
        s.display_name = "Conditioning (Multiply)";
        s.search_aliases = {"scale conditioning", "scale prompt", "multiply conditioning", "multiply prompt"};
        s.in("conditioning", &ConditioningMultiply::conditioning);
        s.in("multiplier", &ConditioningMultiply::multiplier).range(-100.0, 100.0).step(0.01);
    }

    Conditioning execute() const {
        Conditioning scaled = conditioning;
        for (inference::Condition& condition : scaled) {
            condition.cross = condition.cross * multiplier;
            if (condition.pooled) condition.pooled = *condition.pooled * multiplier;
        }
        return scaled;
    }
};

}  // namespace

void register_conditioning_multiply(Registry& registry) { registry.add<ConditioningMultiply>("ConditioningMultiply"); }

}  // namespace easel::nodes
