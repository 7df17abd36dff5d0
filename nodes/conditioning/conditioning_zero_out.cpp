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
            if (const auto lyrics = condition.extra.find("conditioning_lyrics"); lyrics != condition.extra.end())
                lyrics->second = at::zeros_like(lyrics->second);
        }
        return zeros;
    }
};

}  // namespace

void register_conditioning_zero_out(Registry& registry) { registry.add<ConditioningZeroOut>("ConditioningZeroOut"); }

}  // namespace easel::nodes
