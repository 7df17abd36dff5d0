#include "inference/guidance/guidance.hpp"
#include "nodes/types.hpp"

namespace easel::nodes {
namespace {

struct CFGOverride {
    Model model;
    double cfg = 1.0;
    double start_percent = 0.0;
    double end_percent = 1.0;

    static void declare(Schema& s) {
        s.shape = RecordShape::modern;
        s.python_module = "comfy_extras.nodes_custom_sampler";
        s.category = "model/sampling/guiders";
        s.display_name = "CFG Override";
        s.description = "Override cfg to a fixed value over a [start, end] percent (sigma) range. With multiple "
                        "overrides, the one nearest the sampler wins on overlap.";
        s.in("model", &CFGOverride::model);
        s.in("cfg", &CFGOverride::cfg).range(0.0, 100.0).step(0.1).round(0.01);
        s.in("start_percent", &CFGOverride::start_percent).range(0.0, 1.0).step(0.001);
        s.in("end_percent", &CFGOverride::end_percent).range(0.0, 1.0).step(0.001);
    }

    Model execute() const { return inference::override_cfg(model, cfg, start_percent, end_percent); }
};

}  // namespace

void register_cfg_override(Registry& registry) { registry.add<CFGOverride>("CFGOverride"); }

}  // namespace easel::nodes
