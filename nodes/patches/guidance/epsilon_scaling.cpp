#include "inference/guidance/guidance.hpp"
#include "nodes/types.hpp"

namespace easel::nodes {
namespace {

struct EpsilonScaling {
    Model model;
    double scaling_factor = 1.005;

    static void declare(Schema& s) {
        s.shape = RecordShape::modern;
        s.python_module = "comfy_extras.nodes_eps";
        s.category = "model/patch/unet";
        s.in("model", &EpsilonScaling::model);
        s.in("scaling_factor", &EpsilonScaling::scaling_factor)
            .range(0.5, 1.5)
            .step(0.001)
            .advanced()
            .option("display", "number");
    }

    Model execute() const { return inference::epsilon_scaling(model, scaling_factor); }
};

}  // namespace

void register_epsilon_scaling(Registry& registry) { registry.add<EpsilonScaling>("Epsilon Scaling"); }

}  // namespace easel::nodes
