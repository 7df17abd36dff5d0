#include "nodes/sampling/sockets.hpp"
#include "nodes/types.hpp"

namespace easel::nodes {
namespace {

struct PerpNegGuider {
    Model model;
    Conditioning positive;
    Conditioning negative;
    Conditioning empty_conditioning;
    double cfg = 8.0;
    double neg_scale = 1.0;

    static void declare(Schema& s) {
        s.shape = RecordShape::modern;
        s.python_module = "comfy_extras.nodes_perpneg";
        s.category = "experimental";
        s.display_name = "Perp-Neg Guider";
        s.experimental = true;
        s.in("model", &PerpNegGuider::model);
        s.in("positive", &PerpNegGuider::positive);
        s.in("negative", &PerpNegGuider::negative);
        s.in("empty_conditioning", &PerpNegGuider::empty_conditioning);
        s.in("cfg", &PerpNegGuider::cfg).range(0.0, 100.0).step(0.1).round(0.01);
        s.in("neg_scale", &PerpNegGuider::neg_scale).range(0.0, 100.0).step(0.01).advanced();
    }

    Guider execute() const {
        return inference::perp_neg_guider(model, {.positive = positive,
                                                  .negative = negative,
                                                  .empty = empty_conditioning,
                                                  .cfg = cfg,
                                                  .neg_scale = neg_scale});
    }
};

}  // namespace

void register_perp_neg_guider(Registry& registry) { registry.add<PerpNegGuider>("PerpNegGuider"); }

}  // namespace easel::nodes
