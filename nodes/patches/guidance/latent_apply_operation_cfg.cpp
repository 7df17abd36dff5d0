#include "inference/guidance/guidance.hpp"
#include "nodes/latent/operation_socket.hpp"
#include "nodes/types.hpp"

namespace easel::nodes {
namespace {

struct LatentApplyOperationCFG {
    Model model;
    inference::LatentOperation operation;

    static void declare(Schema& s) {
        s.shape = RecordShape::modern;
        s.python_module = "comfy_extras.nodes_latent";
        s.category = "model/latent/advanced/operations";
        s.experimental = true;
        s.in("model", &LatentApplyOperationCFG::model);
        s.in("operation", &LatentApplyOperationCFG::operation);
    }

    Model execute() const { return inference::operation_on_guidance(model, operation); }
};

}  // namespace

void register_latent_apply_operation_cfg(Registry& registry) {
    registry.add<LatentApplyOperationCFG>("LatentApplyOperationCFG");
}

}  // namespace easel::nodes
