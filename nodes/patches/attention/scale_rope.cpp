#include "inference/sampling/model_options.hpp"
#include "nodes/types.hpp"

namespace easel::nodes {
namespace {

struct ScaleROPE {
    Model model;
    double scale_x = 1.0;
    double shift_x = 0.0;
    double scale_y = 1.0;
    double shift_y = 0.0;
    double scale_t = 1.0;
    double shift_t = 0.0;

    static void declare(Schema& s) {
        s.shape = RecordShape::modern;
        s.python_module = "comfy_extras.nodes_rope";
        s.category = "model/patch";
        s.description = "Scale and shift the ROPE of the model.";
        s.experimental = true;
        s.in("model", &ScaleROPE::model);
        s.in("scale_x", &ScaleROPE::scale_x).range(0.0, 100.0).step(0.1).advanced();
        s.in("shift_x", &ScaleROPE::shift_x).range(-256.0, 256.0).step(0.1).advanced();
        s.in("scale_y", &ScaleROPE::scale_y).range(0.0, 100.0).step(0.1).advanced();
        s.in("shift_y", &ScaleROPE::shift_y).range(-256.0, 256.0).step(0.1).advanced();
        s.in("scale_t", &ScaleROPE::scale_t).range(0.0, 100.0).step(0.1).advanced();
        s.in("shift_t", &ScaleROPE::shift_t).range(-256.0, 256.0).step(0.1).advanced();
    }

    Model execute() const {
        return inference::with_changed_options(model, [&](inference::ModelOptions& options) {
            options.patches.rope = {.scale_x = scale_x,
                                    .shift_x = shift_x,
                                    .scale_y = scale_y,
                                    .shift_y = shift_y,
                                    .scale_t = scale_t,
                                    .shift_t = shift_t};
        });
    }
};

}  // namespace

void register_scale_rope(Registry& registry) { registry.add<ScaleROPE>("ScaleROPE"); }

}  // namespace easel::nodes

