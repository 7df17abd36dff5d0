#include "inference/sampling/schedulers.hpp"
#include "nodes/sampling/sockets.hpp"
#include "nodes/types.hpp"

namespace easel::nodes {
namespace {

struct KarrasScheduler {
    std::int64_t steps = 20;
    double sigma_max = 14.614642;
    double sigma_min = 0.0291675;
    double rho = 7.0;

    static void declare(Schema& s) {
        s.shape = RecordShape::modern;
        s.python_module = "comfy_extras.nodes_custom_sampler";
        s.category = "model/sampling/schedulers";
        s.in("steps", &KarrasScheduler::steps).range(1, 10000);
        s.in("sigma_max", &KarrasScheduler::sigma_max).range(0.0, 5000.0).step(0.01).advanced().option("round", false);
        s.in("sigma_min", &KarrasScheduler::sigma_min).range(0.0, 5000.0).step(0.01).advanced().option("round", false);
        s.in("rho", &KarrasScheduler::rho).range(0.0, 100.0).step(0.01).advanced().option("round", false);
    }

    Sigmas execute() const { return inference::karras_schedule(steps, sigma_min, sigma_max, rho); }
};

}  // namespace

void register_karras_scheduler(Registry& registry) { registry.add<KarrasScheduler>("KarrasScheduler"); }

}  // namespace easel::nodes
