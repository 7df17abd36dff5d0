#include "nodes/types.hpp"

namespace easel::nodes {
namespace {

struct wanBlockSwap {
    Model model;

    static void declare(Schema& s) {
        s.shape = RecordShape::modern;
        s.python_module = "comfy_extras.nodes_nop";
        s.category = "";
        s.description = "Intercept wanBlockSwap custom node that causes major instability and make it no-op.";
        s.deprecated = true;
        s.in("model", &wanBlockSwap::model);
    }

    Model execute() const { return model; }
};

}  // namespace

void register_wan_block_swap(Registry& registry) { registry.add<wanBlockSwap>("wanBlockSwap"); }

}  // namespace easel::nodes

