#include "inference/sampling/step_tables.hpp"
#include "nodes/sampling/sockets.hpp"
#include "nodes/types.hpp"

namespace easel::nodes {
namespace {

struct GITSScheduler {
    double coeff = 1.2;
    std::int64_t steps = 10;
    double denoise = 1.0;

    static void declare(Schema& s) {
        s.shape = RecordShape::modern;
        s.python_module = "comfy_extras.nodes_gits";
        s.category = "model/sampling/schedulers";
        s.in("coeff", &GITSScheduler::coeff).range(0.8, 1.5).step(0.05).advanced();
        s.in("steps", &GITSScheduler::steps).range(2, 1000);
        s.in("denoise", &GITSScheduler::denoise).range(0.0, 1.0).step(0.01);
    }

    Sigmas execute() const { return inference::gits(coeff, steps, denoise); }
};

}  // namespace

void register_gits_scheduler(Registry& registry) { registry.add<GITSScheduler>("GITSScheduler"); }

}  // namespace easel::nodes
