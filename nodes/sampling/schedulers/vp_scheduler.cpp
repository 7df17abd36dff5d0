#include "inference/sampling/schedulers.hpp"
#include "nodes/sampling/sockets.hpp"
#include "nodes/types.hpp"

namespace easel::nodes {
namespace {

struct VPScheduler {
    std::int64_t steps = 20;
    double beta_d = 19.9;
    double beta_min = 0.1;
    double eps_s = 0.001;

    static void declare(Schema& s) {
        s.shape = RecordShape::modern;
        s.python_module = "comfy_extras.nodes_custom_sampler";
        s.category = "model/sampling/schedulers";
        s.in("steps", &VPScheduler::steps).range(1, 10000);
        s.in("beta_d", &VPScheduler::beta_d).range(0.0, 5000.0).step(0.01).advanced().option("round", false);
        s.in("beta_min", &VPScheduler::beta_min).range(0.0, 5000.0).step(0.01).advanced().option("round", false);
        s.in("eps_s", &VPScheduler::eps_s).range(0.0, 1.0).step(0.0001).advanced().option("round", false);
    }

    Sigmas execute() const { return inference::vp_schedule(steps, beta_d, beta_min, eps_s); }
};

}  // namespace

void register_vp_scheduler(Registry& registry) { registry.add<VPScheduler>("VPScheduler"); }

}  // namespace easel::nodes
