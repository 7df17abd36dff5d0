#include "inference/guidance/guidance.hpp"
#include "nodes/types.hpp"

namespace easel::nodes {
namespace {

struct PerpNeg {
    Model model;
    Conditioning empty_conditioning;
    double neg_scale = 1.0;

    static void declare(Schema& s) {
        s.shape = RecordShape::modern;
        s.python_module = "comfy_extras.nodes_perpneg";
        s.category = "experimental";
        s.display_name = "Perp-Neg (DEPRECATED by Perp-Neg Guider)";
        s.deprecated = true;
        s.experimental = true;
        s.in("model", &PerpNeg::model);
        s.in("empty_conditioning", &PerpNeg::empty_conditioning);
        s.in("neg_scale", &PerpNeg::neg_scale).range(0.0, 100.0).step(0.01).advanced();
    }

    Model execute() const { return inference::with_perp_neg(model, empty_conditioning, neg_scale); }
};

}  // namespace

void register_perp_neg(Registry& registry) { registry.add<PerpNeg>("PerpNeg"); }

}  // namespace easel::nodes
