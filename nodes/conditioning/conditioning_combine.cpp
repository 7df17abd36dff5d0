#include "nodes/types.hpp"

namespace easel::nodes {
namespace {

struct ConditioningCombine {
    Conditioning conditioning_1;
    Conditioning conditioning_2;

    static void declare(Schema& s) {
        s.category = "model/conditioning/transform";
        s.display_name = "Conditioning (Combine)";
        s.search_aliases = {"combine",       "merge conditioning", "combine prompts",
                            "merge prompts", "mix prompts",        "add prompt"};
        s.essentials_category = "Image Generation";
        s.in("conditioning_1", &ConditioningCombine::conditioning_1);
        s.in("conditioning_2", &ConditioningCombine::conditioning_2);
    }

    Conditioning execute() const {
        Conditioning both = conditioning_1;
        both.insert(both.end(), conditioning_2.begin(), conditioning_2.end());
        return both;
    }
};

}  // namespace

void register_conditioning_combine(Registry& registry) { registry.add<ConditioningCombine>("ConditioningCombine"); }

}  // namespace easel::nodes
