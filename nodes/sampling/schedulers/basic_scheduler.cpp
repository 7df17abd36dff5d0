#include "inference/sampling/schedulers.hpp"
#include "nodes/choices.hpp"
#include "nodes/sampling/sockets.hpp"
#include "nodes/types.hpp"

namespace easel::nodes {
namespace {

struct BasicScheduler {
    Model model;
    std::string scheduler;
    std::int64_t steps = 20;
    double denoise = 1.0;

    static void declare(Schema& s) {
        s.shape = RecordShape::modern;
        s.python_module = "comfy_extras.nodes_custom_sampler";
        s.category = "model/sampling/schedulers";
        s.in("model", &BasicScheduler::model);
        s.in("scheduler", &BasicScheduler::scheduler).choices(scheduler_choices());
        s.in("steps", &BasicScheduler::steps).range(1, 10000);
        s.in("denoise", &BasicScheduler::denoise).range(0.0, 1.0).step(0.01);
    }

    Sigmas execute() const {
        return inference::schedule_end(scheduler, *model.parameterization().levels, steps, denoise);
    }
};

}  // namespace

void register_basic_scheduler(Registry& registry) { registry.add<BasicScheduler>("BasicScheduler"); }

}  // namespace easel::nodes
