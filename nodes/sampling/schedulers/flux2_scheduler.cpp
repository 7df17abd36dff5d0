#include "inference/sampling/flow_schedules.hpp"
#include "nodes/sampling/sockets.hpp"
#include "nodes/types.hpp"

namespace easel::nodes {
namespace {

struct Flux2Scheduler {
    std::int64_t steps = 20;
    std::int64_t width = 1024;
    std::int64_t height = 1024;

    static void declare(Schema& s) {
        s.shape = RecordShape::modern;
        s.python_module = "comfy_extras.nodes_flux";
        s.category = "model/sampling/schedulers";
        s.in("steps", &Flux2Scheduler::steps).range(1, 4096);
        s.in("width", &Flux2Scheduler::width).range(16, 16384).step(1);
        s.in("height", &Flux2Scheduler::height).range(16, 16384).step(1);
    }

    Sigmas execute() const { return inference::flux2_schedule(steps, width, height); }
};

}  // namespace

void register_flux2_scheduler(Registry& registry) { registry.add<Flux2Scheduler>("Flux2Scheduler"); }

}  // namespace easel::nodes
