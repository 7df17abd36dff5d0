#include "inference/sampling/flow_schedules.hpp"
#include "nodes/sampling/sockets.hpp"
#include "nodes/types.hpp"

namespace easel::nodes {
namespace {

struct Ideogram4Scheduler {
    std::int64_t steps = 20;
    std::int64_t width = 1024;
    std::int64_t height = 1024;
    double mu = 0.0;
    double std = 1.75;

    static void declare(Schema& s) {
        s.shape = RecordShape::modern;
        s.python_module = "comfy_extras.nodes_ideogram4";
        s.category = "model/sampling/schedulers";
        s.display_name = "Ideogram 4 Scheduler";
        s.in("steps", &Ideogram4Scheduler::steps).range(1, 200);
        s.in("width", &Ideogram4Scheduler::width).range(256, 8192).step(16);
        s.in("height", &Ideogram4Scheduler::height).range(256, 8192).step(16);
        s.in("mu", &Ideogram4Scheduler::mu).range(-10.0, 10.0).step(0.05);
        s.in("std", &Ideogram4Scheduler::std).range(0.1, 5.0).step(0.05);
    }

    Sigmas execute() const { return inference::ideogram4_schedule(steps, width, height, mu, std); }
};

}  // namespace

void register_ideogram4_scheduler(Registry& registry) { registry.add<Ideogram4Scheduler>("Ideogram4Scheduler"); }

}  // namespace easel::nodes
