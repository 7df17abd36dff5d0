#include "nodes/types.hpp"

namespace easel::nodes {
namespace {

struct ThresholdMask {
    Mask mask;
    double value = 0.5;

    static void declare(Schema& s) {
        s.shape = RecordShape::modern;
        s.python_module = "comfy_extras.nodes_mask";
        s.category = "image/mask";
        s.display_name = "Threshold Mask";
        s.search_aliases = {"binary mask"};
        s.in("mask", &ThresholdMask::mask);
        s.in("value", &ThresholdMask::value).range(0.0, 1.0).step(0.01);
    }

    Mask execute() const { return {mask.values.gt(value).to(at::kFloat)}; }
};

}  // namespace

void register_threshold_mask(Registry& registry) { registry.add<ThresholdMask>("ThresholdMask"); }

}  // namespace easel::nodes
