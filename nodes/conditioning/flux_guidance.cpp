#include "nodes/types.hpp"

namespace easel::nodes {
namespace {

struct FluxGuidance {
    Conditioning conditioning;
    double guidance = 3.5;

    static void declare(Schema& s) {
        s.shape = RecordShape::modern;
        s.python_module = "comfy_extras.nodes_flux";
        s.category = "model/conditioning/flux";
        s.in("conditioning", &FluxGuidance::conditioning);
        s.in("guidance", &FluxGuidance::guidance).range(0.0, 100.0).step(0.1);
    }

    Conditioning execute() const {
        Conditioning guided = conditioning;
        for (inference::Condition& condition : guided) {
            condition.guidance = guidance;
            condition.without_guidance = false;
        }
        return guided;
    }
};

}  // namespace

void register_flux_guidance(Registry& registry) { registry.add<FluxGuidance>("FluxGuidance"); }

}  // namespace easel::nodes
