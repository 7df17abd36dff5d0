#include "nodes/latent/operation_socket.hpp"
#include "nodes/types.hpp"

namespace easel::nodes {
namespace {

struct LatentApplyOperation {
    Latent samples;
    inference::LatentOperation operation;

    static void declare(Schema& s) {
        s.shape = RecordShape::modern;
        s.python_module = "comfy_extras.nodes_latent";
        s.category = "model/latent/advanced/operations";
        s.experimental = true;
        s.search_aliases = {"transform latent"};
        s.in("samples", &LatentApplyOperation::samples);
        s.in("operation", &LatentApplyOperation::operation);
    }

    Latent execute() const {
        Latent changed = samples;
        changed.samples = operation(samples.samples);
        return changed;
    }
};

}  // namespace

void register_latent_apply_operation(Registry& registry) { registry.add<LatentApplyOperation>("LatentApplyOperation"); }

}  // namespace easel::nodes
