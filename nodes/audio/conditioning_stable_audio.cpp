#include "nodes/types.hpp"

#include <ATen/ops/scalar_tensor.h>

namespace easel::nodes {
namespace {

struct ConditioningStableAudio {
    Conditioning positive;
    Conditioning negative;
    double seconds_start = 0.0;
    double seconds_total = 47.0;

    static void declare(Schema& s) {
        s.shape = RecordShape::modern;
        s.python_module = "comfy_extras.nodes_audio";
        s.category = "model/conditioning/stable audio";
        s.in("positive", &ConditioningStableAudio::positive);
        s.in("negative", &ConditioningStableAudio::negative);
        s.in("seconds_start", &ConditioningStableAudio::seconds_start).range(0.0, 1000.0).step(0.1);
        s.in("seconds_total", &ConditioningStableAudio::seconds_total).range(0.0, 1000.0).step(0.1);
        s.out("positive");
        s.out("negative");
    }

    std::tuple<Conditioning, Conditioning> execute() const {
        const auto timed = [&](Conditioning conditions) {
            for (inference::Condition& condition : conditions) {
                condition.extra["seconds_start"] = at::scalar_tensor(seconds_start, at::kDouble);
                condition.extra["seconds_total"] = at::scalar_tensor(seconds_total, at::kDouble);
            }
            return conditions;
        };
        return {timed(positive), timed(negative)};
    }
};

}  // namespace

void register_conditioning_stable_audio(Registry& registry) {
    registry.add<ConditioningStableAudio>("ConditioningStableAudio");
}

}  // namespace easel::nodes
