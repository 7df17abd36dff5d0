#include "inference/sampling/conditioning_ops.hpp"
#include "nodes/types.hpp"

namespace easel::nodes {
namespace {

struct ConditioningConcat {
    Conditioning conditioning_to;
    Conditioning conditioning_from;

    static void declare(Schema& s) {
        s.category = "model/conditioning/transform";
        s.display_name = "Conditioning (Concat)";
        s.in("conditioning_to", &ConditioningConcat::conditioning_to);
        s.in("conditioning_from", &ConditioningConcat::conditioning_from);
    }

    Conditioning execute() const { return inference::concat(conditioning_to, conditioning_from); }
};

}  // namespace

void register_conditioning_concat(Registry& registry) { registry.add<ConditioningConcat>("ConditioningConcat"); }

}  // namespace easel::nodes
