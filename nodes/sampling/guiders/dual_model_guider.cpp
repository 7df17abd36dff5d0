#include "nodes/sampling/sockets.hpp"
#include "nodes/types.hpp"

namespace easel::nodes {
namespace {

struct DualModelGuider {
    Model model;
    Conditioning positive;
    double cfg = 4.0;
    std::optional<Model> model_negative;
    std::optional<Conditioning> negative;

    static void declare(Schema& s) {
        s.shape = RecordShape::modern;
        s.python_module = "comfy_extras.nodes_custom_sampler";
        s.category = "model/sampling/guiders";
        s.display_name = "Dual Model CFG Guider";
        s.experimental = true;
        s.in("model", &DualModelGuider::model).tooltip("Model used for the positive (conditional) pass.");
        s.in("positive", &DualModelGuider::positive);
        s.in("cfg", &DualModelGuider::cfg).range(0.0, 100.0).step(0.1).round(0.01);
        s.in("model_negative", &DualModelGuider::model_negative)
            .tooltip("Model used for the negative (unconditional) pass. Use the same model for ordinary CFG.");
        s.in("negative", &DualModelGuider::negative)
            .tooltip("Negative conditioning run on the negative model. Leave unconnected for a text-free (image-only) "
                     "unconditional pass.");
    }

    Guider execute() const {
        // Without a negative prompt the negative side is evaluated without text.
        const Conditioning other = negative.value_or(Conditioning(1));
        return model_negative ? inference::dual_model_guider(model, *model_negative, positive, other, cfg)
                              : inference::cfg_guider(model, positive, other, cfg);
    }
};

}  // namespace

void register_dual_model_guider(Registry& registry) { registry.add<DualModelGuider>("DualModelGuider"); }

}  // namespace easel::nodes
