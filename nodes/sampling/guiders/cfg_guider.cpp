#include "nodes/sampling/sockets.hpp"
#include "nodes/types.hpp"

namespace easel::nodes {
namespace {

struct CFGGuider {
    Model model;
    Conditioning positive;
    Conditioning negative;
    double cfg = 8.0;

    static void declare(Schema& s) {
        s.shape = RecordShape::modern;
        s.python_module = "comfy_extras.nodes_custom_sampler";
        s.category = "model/sampling/guiders";
        s.display_name = "CFG Guider";
        s.in("model", &CFGGuider::model);
        s.in("positive", &CFGGuider::positive);
        s.in("negative", &CFGGuider::negative);
        s.in("cfg", &CFGGuider::cfg).range(0.0, 100.0).step(0.1).round(0.01);
    }

    Guider execute() const { return inference::cfg_guider(model, positive, negative, cfg); }
};

}  // namespace

void register_cfg_guider(Registry& registry) { registry.add<CFGGuider>("CFGGuider"); }

}  // namespace easel::nodes
