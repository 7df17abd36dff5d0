#include "inference/guidance/perturbed.hpp"
#include "nodes/types.hpp"

namespace easel::nodes {
namespace {

struct SkipLayerGuidanceDiTSimple {
    Model model;
    std::string double_layers = "7, 8, 9";
    std::string single_layers = "7, 8, 9";
    double start_percent = 0.0;
    double end_percent = 1.0;

    static void declare(Schema& s) {
        s.shape = RecordShape::modern;
        s.python_module = "comfy_extras.nodes_slg";
        s.category = "advanced/guidance";
        s.description = "Simple version of the SkipLayerGuidanceDiT node that only modifies the uncond pass.";
        s.experimental = true;
        s.in("model", &SkipLayerGuidanceDiTSimple::model);
        s.in("double_layers", &SkipLayerGuidanceDiTSimple::double_layers).advanced().option("multiline", false);
        s.in("single_layers", &SkipLayerGuidanceDiTSimple::single_layers).advanced().option("multiline", false);
        s.in("start_percent", &SkipLayerGuidanceDiTSimple::start_percent).range(0.0, 1.0).step(0.001).advanced();
        s.in("end_percent", &SkipLayerGuidanceDiTSimple::end_percent).range(0.0, 1.0).step(0.001).advanced();
    }

    Model execute() const {
        return inference::skip_layers_of_negative(model, {.double_blocks = inference::parse_layers(double_layers),
                                                          .single_blocks = inference::parse_layers(single_layers),
                                                          .start_percent = start_percent,
                                                          .end_percent = end_percent});
    }
};

}  // namespace

void register_skip_layer_guidance_di_t_simple(Registry& registry) {
    registry.add<SkipLayerGuidanceDiTSimple>("SkipLayerGuidanceDiTSimple");
}

}  // namespace easel::nodes
