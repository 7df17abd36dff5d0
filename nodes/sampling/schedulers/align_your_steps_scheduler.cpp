#include "inference/sampling/step_tables.hpp"
#include "nodes/choices.hpp"
#include "nodes/sampling/sockets.hpp"
#include "nodes/types.hpp"

namespace easel::nodes {
namespace {

struct AlignYourStepsScheduler {
    std::string model_type;
    std::int64_t steps = 10;
    double denoise = 1.0;

    static void declare(Schema& s) {
        s.shape = RecordShape::modern;
        s.python_module = "comfy_extras.nodes_align_your_steps";
        s.category = "model/sampling/schedulers";
        s.search_aliases = {"AYS scheduler"};
        s.in("model_type", &AlignYourStepsScheduler::model_type).choices(one_of({"SD1", "SDXL", "SVD"}));
        s.in("steps", &AlignYourStepsScheduler::steps).range(1, 10000);
        s.in("denoise", &AlignYourStepsScheduler::denoise).range(0.0, 1.0).step(0.01);
    }

    Sigmas execute() const { return inference::align_your_steps(model_type, steps, denoise); }
};

}  // namespace

void register_align_your_steps_scheduler(Registry& registry) {
    registry.add<AlignYourStepsScheduler>("AlignYourStepsScheduler");
}

}  // namespace easel::nodes
