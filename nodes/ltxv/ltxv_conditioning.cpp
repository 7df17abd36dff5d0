#include "nodes/types.hpp"

namespace easel::nodes {
namespace {

struct LTXVConditioning {
    Conditioning positive;
    Conditioning negative;
    double frame_rate = 25.0;

    static void declare(Schema& s) {
        s.shape = RecordShape::modern;
        s.python_module = "comfy_extras.nodes_lt";
        s.category = "model/conditioning/ltxv";
        s.in("positive", &LTXVConditioning::positive);
        s.in("negative", &LTXVConditioning::negative);
        s.in("frame_rate", &LTXVConditioning::frame_rate).range(0.0, 1000.0).step(0.01);
        s.out("positive");
        s.out("negative");
    }

    std::tuple<Conditioning, Conditioning> execute() const {
        const auto with_rate = [this](Conditioning conditions) {
            for (inference::Condition& condition : conditions)
                condition.extra["frame_rate"] = at::scalar_tensor(frame_rate, at::kDouble);
            return conditions;
        };
        return {with_rate(positive), with_rate(negative)};
    }
};

}  // namespace

void register_ltxv_conditioning(Registry& registry) { registry.add<LTXVConditioning>("LTXVConditioning"); }

}  // namespace easel::nodes

