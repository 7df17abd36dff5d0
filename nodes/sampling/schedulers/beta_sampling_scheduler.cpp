#include "inference/sampling/schedulers.hpp"
#include "nodes/sampling/sockets.hpp"
#include "nodes/types.hpp"

namespace easel::nodes {
namespace {

struct BetaSamplingScheduler {
    Model model;
    std::int64_t steps = 20;
    double alpha = 0.6;
    double beta = 0.6;

    static void declare(Schema& s) {
        s.shape = RecordShape::modern;
        s.python_module = "comfy_extras.nodes_custom_sampler";
        s.category = "model/sampling/schedulers";
        s.in("model", &BetaSamplingScheduler::model);
        s.in("steps", &BetaSamplingScheduler::steps).range(1, 10000);
        s.in("alpha", &BetaSamplingScheduler::alpha).range(0.0, 50.0).step(0.01).advanced().option("round", false);
        s.in("beta", &BetaSamplingScheduler::beta).range(0.0, 50.0).step(0.01).advanced().option("round", false);
    }

    Sigmas execute() const { return inference::beta_schedule(*model.parameterization().levels, steps, alpha, beta); }
};

}  // namespace

void register_beta_sampling_scheduler(Registry& registry) {
    registry.add<BetaSamplingScheduler>("BetaSamplingScheduler");
}

}  // namespace easel::nodes
