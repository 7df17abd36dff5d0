#include "inference/sampling/conditioning_ops.hpp"
#include "nodes/types.hpp"

namespace easel::nodes {
namespace {

struct ConditioningAverage {
    Conditioning conditioning_to;
    Conditioning conditioning_from;
    double conditioning_to_strength = 1.0;

    static void declare(Schema& s) {
        s.category = "model/conditioning/transform";
        s.display_name = "Conditioning (Average)";
        s.search_aliases = {"blend prompts", "interpolate conditioning", "mix prompts", "style fusion",
                            "weighted blend"};
        s.in("conditioning_to", &ConditioningAverage::conditioning_to);
        s.in("conditioning_from", &ConditioningAverage::conditioning_from);
        s.in("conditioning_to_strength", &ConditioningAverage::conditioning_to_strength).range(0.0, 1.0).step(0.01);
    }

    Conditioning execute() const {
        return inference::average(conditioning_to, conditioning_from, conditioning_to_strength);
    }
};

}  // namespace

void register_conditioning_average(Registry& registry) { registry.add<ConditioningAverage>("ConditioningAverage"); }

}  // namespace easel::nodes
