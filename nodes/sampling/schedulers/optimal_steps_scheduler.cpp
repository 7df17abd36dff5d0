#include "inference/sampling/step_tables.hpp"
#include "nodes/choices.hpp"
#include "nodes/sampling/sockets.hpp"
#include "nodes/types.hpp"

namespace easel::nodes {
namespace {

struct OptimalStepsScheduler {
    std::string model_type;
    std::int64_t steps = 20;
    double denoise = 1.0;

    static void declare(Schema& s) {
        s.shape = RecordShape::modern;
        s.python_module = "comfy_extras.nodes_optimalsteps";
        s.category = "model/sampling/schedulers";
        s.in("model_type", &OptimalStepsScheduler::model_type).choices(one_of({"FLUX", "Wan", "Chroma"}));
        s.in("steps", &OptimalStepsScheduler::steps).range(3, 1000);
        s.in("denoise", &OptimalStepsScheduler::denoise).range(0.0, 1.0).step(0.01);
    }

    Sigmas execute() const { return inference::optimal_steps(model_type, steps, denoise); }
};

}  // namespace

void register_optimal_steps_scheduler(Registry& registry) {
    registry.add<OptimalStepsScheduler>("OptimalStepsScheduler");
}

}  // namespace easel::nodes
