#include "inference/guidance/perturbed.hpp"
#include "nodes/types.hpp"

namespace easel::nodes {
namespace {

struct SkipLayerGuidanceDiT {
    Model model;
    std::string double_layers = "7, 8, 9";
    std::string single_layers = "7, 8, 9";
    double scale = 3.0;
    double start_percent = 0.01;
    double end_percent = 0.15;
    double rescaling_scale = 0.0;

    static void declare(Schema& s) {
        s.shape = RecordShape::modern;
        s.python_module = "comfy_extras.nodes_slg";
        s.category = "advanced/guidance";
        s.description = "Generic version of SkipLayerGuidance node that can be used on every DiT model.";
        s.experimental = true;
        s.in("model", &SkipLayerGuidanceDiT::model);
        s.in("double_layers", &SkipLayerGuidanceDiT::double_layers).advanced().option("multiline", false);
        s.in("single_layers", &SkipLayerGuidanceDiT::single_layers).advanced().option("multiline", false);
        s.in("scale", &SkipLayerGuidanceDiT::scale).range(0.0, 10.0).step(0.1);
        s.in("start_percent", &SkipLayerGuidanceDiT::start_percent).range(0.0, 1.0).step(0.001).advanced();
        s.in("end_percent", &SkipLayerGuidanceDiT::end_percent).range(0.0, 1.0).step(0.001).advanced();
        s.in("rescaling_scale", &SkipLayerGuidanceDiT::rescaling_scale).range(0.0, 10.0).step(0.01);
    }

    Model execute() const {
        return inference::skip_layer_guidance(model,
                                              {.double_blocks = inference::parse_layers(double_layers),
                                               .single_blocks = inference::parse_layers(single_layers),
                                               .start_percent = start_percent,
                                               .end_percent = end_percent},
                                              scale, rescaling_scale);
    }
};

}  // namespace

void register_skip_layer_guidance_di_t(Registry& registry) {
    registry.add<SkipLayerGuidanceDiT>("SkipLayerGuidanceDiT");
}

}  // namespace easel::nodes
