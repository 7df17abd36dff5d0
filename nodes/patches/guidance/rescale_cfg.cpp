#include "inference/guidance/guidance.hpp"
#include "nodes/types.hpp"

namespace easel::nodes {
namespace {

struct RescaleCFG {
    Model model;
    double multiplier = 0.7;

    static void declare(Schema& s) {
        s.python_module = "comfy_extras.nodes_model_advanced";
        s.category = "model/patch";
        s.in("model", &RescaleCFG::model);
        s.in("multiplier", &RescaleCFG::multiplier).range(0.0, 1.0).step(0.01);
    }

    Model execute() const { return inference::rescale_cfg(model, multiplier); }
};

}  // namespace

void register_rescale_cfg(Registry& registry) { registry.add<RescaleCFG>("RescaleCFG"); }

}  // namespace easel::nodes
