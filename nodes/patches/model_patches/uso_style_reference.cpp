#include "inference/model_patches/style_projector.hpp"
#include "nodes/model_patch_socket.hpp"
#include "nodes/types.hpp"
#include "nodes/vision/vision_sockets.hpp"

namespace easel::nodes {
namespace {

struct USOStyleReference {
    Model model;
    ModelPatch model_patch;
    inference::ClipVisionOutput clip_vision_output;

    static void declare(Schema& s) {
        s.python_module = "comfy_extras.nodes_model_patch";
        s.category = "model/patch/flux";
        s.display_name = "Apply USO Style Reference";
        s.experimental = true;
        s.in("model", &USOStyleReference::model);
        s.in("model_patch", &USOStyleReference::model_patch);
        s.in("clip_vision_output", &USOStyleReference::clip_vision_output);
    }

    Model execute() const {
        return inference::with_style(model, as_kind<inference::StyleProjector>(model_patch, "USO's style projector"),
                                     clip_vision_output);
    }
};

}  // namespace

void register_uso_style_reference(Registry& registry) { registry.add<USOStyleReference>("USOStyleReference"); }

}  // namespace easel::nodes

