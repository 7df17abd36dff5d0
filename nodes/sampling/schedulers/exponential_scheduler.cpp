#include "inference/sampling/schedulers.hpp"
#include "nodes/sampling/sockets.hpp"
#include "nodes/types.hpp"

namespace easel::nodes {
namespace {

struct ExponentialScheduler {
    std::int64_t steps = 20;
    double sigma_max = 14.614642;
    double sigma_min = 0.0291675;

    static void declare(Schema& s) {
        s.shape = RecordShape::modern;
        s.python_module = "comfy_extras.nodes_custom_sampler";
        s.category = "model/sampling/schedulers";
        s.in("steps", &ExponentialScheduler::steps).range(1, 10000);
        s.in("sigma_max", &ExponentialScheduler::sigma_max)
            .range(0.0, 5000.0)
            .step(0.01)
            .advanced()
            .option("round", false);
        s.in("sigma_min", &ExponentialScheduler::sigma_min)
            .range(0.0, 5000.0)
            .step(0.01)
            .advanced()
            .option("round", false);
    }

    Sigmas execute() const { return inference::exponential_schedule(steps, sigma_min, sigma_max); }
};

}  // namespace

void register_exponential_scheduler(Registry& registry) { registry.add<ExponentialScheduler>("ExponentialScheduler"); }

}  // namespace easel::nodes
