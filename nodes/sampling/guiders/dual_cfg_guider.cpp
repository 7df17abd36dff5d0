#include "nodes/choices.hpp"
#include "nodes/sampling/sockets.hpp"
#include "nodes/types.hpp"

namespace easel::nodes {
namespace {

struct DualCFGGuider {
    Model model;
    Conditioning cond1;
    Conditioning cond2;
    Conditioning negative;
    double cfg_conds = 8.0;
    double cfg_cond2_negative = 8.0;
    std::string style;

    static void declare(Schema& s) {
        s.shape = RecordShape::modern;
        s.python_module = "comfy_extras.nodes_custom_sampler";
        s.category = "model/sampling/guiders";
        s.display_name = "Dual CFG Guider";
        s.search_aliases = {"dual prompt guidance"};
        s.in("model", &DualCFGGuider::model);
        s.in("cond1", &DualCFGGuider::cond1);
        s.in("cond2", &DualCFGGuider::cond2);
        s.in("negative", &DualCFGGuider::negative);
        s.in("cfg_conds", &DualCFGGuider::cfg_conds).range(0.0, 100.0).step(0.1).round(0.01);
        s.in("cfg_cond2_negative", &DualCFGGuider::cfg_cond2_negative).range(0.0, 100.0).step(0.1).round(0.01);
        s.in("style", &DualCFGGuider::style).choices(one_of({"regular", "nested"}));
    }

    Guider execute() const {
        using inference::DualCfgStyle;
        return inference::dual_cfg_guider(model,
                                          {.first = cond1,
                                           .second = cond2,
                                           .negative = negative,
                                           .cfg_conds = cfg_conds,
                                           .cfg_second_negative = cfg_cond2_negative,
                                           .style = style == "nested" ? DualCfgStyle::nested : DualCfgStyle::regular});
    }
};

}  // namespace

void register_dual_cfg_guider(Registry& registry) { registry.add<DualCFGGuider>("DualCFGGuider"); }

}  // namespace easel::nodes
