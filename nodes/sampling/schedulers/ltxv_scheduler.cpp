#include "inference/sampling/flow_schedules.hpp"
#include "nodes/sampling/sockets.hpp"
#include "nodes/types.hpp"

namespace easel::nodes {
namespace {

struct LTXVScheduler {
    std::int64_t steps = 20;
    double max_shift = 2.05;
    double base_shift = 0.95;
    bool stretch = true;
    double terminal = 0.1;
    std::optional<Latent> latent;

    static void declare(Schema& s) {
        s.shape = RecordShape::modern;
        s.python_module = "comfy_extras.nodes_lt";
        s.category = "model/sampling/schedulers";
        s.in("steps", &LTXVScheduler::steps).range(1, 10000);
        s.in("max_shift", &LTXVScheduler::max_shift).range(0.0, 100.0).step(0.01);
        s.in("base_shift", &LTXVScheduler::base_shift).range(0.0, 100.0).step(0.01);
        s.in("stretch", &LTXVScheduler::stretch)
            .advanced()
            .tooltip("Stretch the sigmas to be in the range [terminal, 1].");
        s.in("terminal", &LTXVScheduler::terminal)
            .range(0.0, 0.99)
            .step(0.01)
            .advanced()
            .tooltip("The terminal value of the sigmas after stretching.");
        s.in("latent", &LTXVScheduler::latent);
    }

    Sigmas execute() const {
        return inference::ltxv_schedule(
            {.steps = steps,
             .max_shift = max_shift,
             .base_shift = base_shift,
             .tokens = latent ? static_cast<double>(inference::cells(latent->samples)) : 4096.0,
             .stretch = stretch,
             .terminal = terminal});
    }
};

}  // namespace

void register_ltxv_scheduler(Registry& registry) { registry.add<LTXVScheduler>("LTXVScheduler"); }

}  // namespace easel::nodes
