#include "nodes/types.hpp"

namespace easel::nodes {
namespace {

struct ConditioningSetTimestepRange {
    Conditioning conditioning;
    double start = 0.0;
    double end = 1.0;

    static void declare(Schema& s) {
        s.category = "model/conditioning/transform";
        s.in("conditioning", &ConditioningSetTimestepRange::conditioning);
        s.in("start", &ConditioningSetTimestepRange::start).range(0.0, 1.0).step(0.001);
        s.in("end", &ConditioningSetTimestepRange::end).range(0.0, 1.0).step(0.001);
    }

    Conditioning execute() const {
        Conditioning timed = conditioning;
        for (inference::Condition& condition : timed) {
            condition.start_percent = start;
            condition.end_percent = end;
        }
        return timed;
    }
};

}  // namespace

void register_conditioning_set_timestep_range(Registry& registry) {
    registry.add<ConditioningSetTimestepRange>("ConditioningSetTimestepRange");
}

}  // namespace easel::nodes
