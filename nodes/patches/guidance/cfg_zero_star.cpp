#include "inference/guidance/guidance.hpp"
#include "nodes/types.hpp"

namespace easel::nodes {
namespace {

struct CFGZeroStar {
    Model model;

    static void declare(Schema& s) {
        s.shape = RecordShape::modern;
        s.python_module = "comfy_extras.nodes_cfg";
        s.category = "advanced/guidance";
        s.in("model", &CFGZeroStar::model);
        s.out("patched_model");
    }

    Model execute() const { return inference::cfg_zero_star(model); }
};

}  // namespace

void register_cfg_zero_star(Registry& registry) { registry.add<CFGZeroStar>("CFGZeroStar"); }

}  // namespace easel::nodes
