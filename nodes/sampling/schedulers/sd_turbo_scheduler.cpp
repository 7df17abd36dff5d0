#include "inference/sampling/schedulers.hpp"
#include "nodes/sampling/sockets.hpp"
#include "nodes/types.hpp"

namespace easel::nodes {
namespace {

struct SDTurboScheduler {
    Model model;
    std::int64_t steps = 1;
    double denoise = 1.0;

    static void declare(Schema& s) {
        s.shape = RecordShape::modern;
        s.python_module = "comfy_extras.nodes_custom_sampler";
        s.category = "model/sampling/schedulers";
        s.in("model", &SDTurboScheduler::model);
        s.in("steps", &SDTurboScheduler::steps).range(1, 10);
        s.in("denoise", &SDTurboScheduler::denoise).range(0, 1.0).step(0.01);
    }

    Sigmas execute() const { return inference::sd_turbo_schedule(*model.parameterization().levels, steps, denoise); }
};

}  // namespace

void register_sd_turbo_scheduler(Registry& registry) { registry.add<SDTurboScheduler>("SDTurboScheduler"); }

}  // namespace easel::nodes
