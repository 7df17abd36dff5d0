#include "inference/model_patches/uni3c.hpp"
#include "nodes/model_patch_socket.hpp"
#include "nodes/types.hpp"

namespace easel::nodes {
namespace {

struct WanUni3CControlnetApply {
    Model model;
    ModelPatch model_patch;
    Vae vae;
    Image render_video;
    double strength = 1.0;
    double start_percent = 0.0;
    double end_percent = 1.0;

    static void declare(Schema& s) {
        s.python_module = "comfy_extras.nodes_model_patch";
        s.category = "model/patch/wan";
        s.display_name = "Apply Wan Uni3C ControlNet";
        s.experimental = true;
        s.in("model", &WanUni3CControlnetApply::model);
        s.in("model_patch", &WanUni3CControlnetApply::model_patch);
        s.in("vae", &WanUni3CControlnetApply::vae);
        s.in("render_video", &WanUni3CControlnetApply::render_video)
            .tooltip("The guidance video rendered from the camera trajectory, most commonly warped point cloud renders "
                     "of the input image.");
        s.in("strength", &WanUni3CControlnetApply::strength).range(-10.0, 10.0).step(0.01);
        s.in("start_percent", &WanUni3CControlnetApply::start_percent).range(0.0, 1.0).step(0.001);
        s.in("end_percent", &WanUni3CControlnetApply::end_percent).range(0.0, 1.0).step(0.001);
    }

    Model execute() const {
        return inference::with_uni3c(model, as_kind<inference::Uni3c>(model_patch, "a Uni3C ControlNet"),
                                     {.vae = vae,
                                      .frames = render_video.pixels.slice(-1, 0, 3),
                                      .strength = strength,
                                      .start_percent = start_percent,
                                      .end_percent = end_percent});
    }
};

}  // namespace

void register_wan_uni3c_controlnet_apply(Registry& registry) {
    registry.add<WanUni3CControlnetApply>("WanUni3CControlnetApply");
}

}  // namespace easel::nodes

