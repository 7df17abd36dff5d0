#include "inference/sampling/schedulers.hpp"
#include "nodes/sampling/sockets.hpp"
#include "nodes/types.hpp"

namespace easel::nodes {
namespace {

struct LaplaceScheduler {
    std::int64_t steps = 20;
    double sigma_max = 14.614642;
    double sigma_min = 0.0291675;
    double mu = 0.0;
    double beta = 0.5;

    static void declare(Schema& s) {
        s.shape = RecordShape::modern;
        s.python_module = "comfy_extras.nodes_custom_sampler";
        s.category = "model/sampling/schedulers";
        s.in("steps", &LaplaceScheduler::steps).range(1, 10000);
        s.in("sigma_max", &LaplaceScheduler::sigma_max).range(0.0, 5000.0).step(0.01).advanced().option("round", false);
        s.in("sigma_min", &LaplaceScheduler::sigma_min).range(0.0, 5000.0).step(0.01).advanced().option("round", false);
        s.in("mu", &LaplaceScheduler::mu).range(-10.0, 10.0).step(0.1).advanced().option("round", false);
        s.in("beta", &LaplaceScheduler::beta).range(0.0, 10.0).step(0.1).advanced().option("round", false);
    }

    Sigmas execute() const { return inference::laplace_schedule(steps, sigma_min, sigma_max, mu, beta); }
};

}  // namespace

void register_laplace_scheduler(Registry& registry) { registry.add<LaplaceScheduler>("LaplaceScheduler"); }

}  // namespace easel::nodes
