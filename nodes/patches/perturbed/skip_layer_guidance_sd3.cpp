#include "inference/guidance/perturbed.hpp"
#include "nodes/types.hpp"

namespace easel::nodes {
namespace {

struct SkipLayerGuidanceSD3 {
    Model model;
    std::string layers = "7, 8, 9";
    double scale = 3.0;
    double start_percent = 0.01;
    double end_percent = 0.15;

    static void declare(Schema& s) {
        s.shape = RecordShape::modern;
        s.python_module = "comfy_extras.nodes_sd3";
        s.category = "advanced/guidance";
        s.description = "Generic version of SkipLayerGuidance node that can be used on every DiT model.";
        s.experimental = true;
        s.in("model", &SkipLayerGuidanceSD3::model);
        s.in("layers", &SkipLayerGuidanceSD3::layers).advanced().option("multiline", false);
        s.in("scale", &SkipLayerGuidanceSD3::scale).range(0.0, 10.0).step(0.1);
        s.in("start_percent", &SkipLayerGuidanceSD3::start_percent).range(0.0, 1.0).step(0.001).advanced();
        s.in("end_percent", &SkipLayerGuidanceSD3::end_percent).range(0.0, 1.0).step(0.001).advanced();
    }

    Model execute() const {
        return inference::skip_layer_guidance(model,
                                              {.double_blocks = inference::parse_layers(layers),
                                               .single_blocks = {},
                                               .start_percent = start_percent,
                                               .end_percent = end_percent},
                                              scale, 0.0);
    }
};

}  // namespace

void register_skip_layer_guidance_sd3(Registry& registry) {
    registry.add<SkipLayerGuidanceSD3>("SkipLayerGuidanceSD3");
}

}  // namespace easel::nodes
