#include "inference/guidance/guidance.hpp"
#include "nodes/types.hpp"

namespace easel::nodes {
namespace {

struct TCFG {
    Model model;

    static void declare(Schema& s) {
        s.shape = RecordShape::modern;
        s.python_module = "comfy_extras.nodes_tcfg";
        s.category = "advanced/guidance";
        s.display_name = "Tangential Damping CFG";
        s.description = "TCFG – Tangential Damping CFG (2503.18137)\n\nRefine the uncond (negative) to align with the "
                        "cond (positive) for improving quality.";
        s.in("model", &TCFG::model);
        s.out("patched_model");
    }

    Model execute() const { return inference::tangential_damping(model); }
};

}  // namespace

void register_tcfg(Registry& registry) { registry.add<TCFG>("TCFG"); }

}  // namespace easel::nodes
