#include "inference/guidance/guidance.hpp"
#include "nodes/types.hpp"

namespace easel::nodes {
namespace {

struct RenormCFG {
    Model model;
    double cfg_trunc = 100.0;
    double renorm_cfg = 1.0;

    static void declare(Schema& s) {
        s.shape = RecordShape::modern;
        s.python_module = "comfy_extras.nodes_lumina2";
        s.category = "model/patch";
        s.in("model", &RenormCFG::model);
        s.in("cfg_trunc", &RenormCFG::cfg_trunc).default_value(100).range(0.0, 100.0).step(0.01).advanced();
        s.in("renorm_cfg", &RenormCFG::renorm_cfg).range(0.0, 100.0).step(0.01).advanced();
    }

    Model execute() const { return inference::renorm_cfg(model, cfg_trunc, renorm_cfg); }
};

}  // namespace

void register_renorm_cfg(Registry& registry) { registry.add<RenormCFG>("RenormCFG"); }

}  // namespace easel::nodes
