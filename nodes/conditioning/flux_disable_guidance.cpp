#include "nodes/types.hpp"

namespace easel::nodes {
namespace {

struct FluxDisableGuidance {
    Conditioning conditioning;

    static void declare(Schema& s) {
        s.shape = RecordShape::modern;
        s.python_module = "comfy_extras.nodes_flux";
        s.category = "model/conditioning/flux";
        s.description = "This node completely disables the guidance embed on Flux and Flux like models";
        s.in("conditioning", &FluxDisableGuidance::conditioning);
    }

    Conditioning execute() const {
        Conditioning unguided = conditioning;
        for (inference::Condition& condition : unguided)
            condition.without_guidance = true;
        return unguided;
    }
};

}  // namespace

void register_flux_disable_guidance(Registry& registry) { registry.add<FluxDisableGuidance>("FluxDisableGuidance"); }

}  // namespace easel::nodes
