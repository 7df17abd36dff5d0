#include "nodes/types.hpp"

namespace easel::nodes {
namespace {

struct ConditioningZeroOut {
    Conditioning conditioning;

    static void declare(Schema& s) {
        s.category = "model/conditioning/transform";
        s.display_name = "Conditioning Zero Out";
        s.search_aliases = {"null conditioning", "clear conditioning"};
        s.in("conditioning", &ConditioningZeroOut::conditioning);
    }

    Conditioning execute() const {
        Conditioning zeros = conditioning;
        for (inference::Condition& condition : zeros) {
            condition.cross = at::zeros_like(condition.cross);
            if (condition.pooled) condition.pooled = at::zeros_like(*condition.pooled);
            for (const char* name : {"conditioning_lyrics", "conditioning_scale"})
                if (const auto found = condition.extra.find(name); found != condition.extra.end())
                    found->second = at::zeros_like(found->second);
        }
        return zeros;
    }
};

}  // namespace

void register_conditioning_zero_out(Registry& registry) { registry.add<ConditioningZeroOut>("ConditioningZeroOut"); }

}  // namespace easel::nodes
