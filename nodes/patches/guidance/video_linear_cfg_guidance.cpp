#include "inference/guidance/guidance.hpp"
#include "nodes/types.hpp"

namespace easel::nodes {
namespace {

struct VideoLinearCFGGuidance {
    Model model;
    double min_cfg = 1.0;

    static void declare(Schema& s) {
        s.python_module = "comfy_extras.nodes_video_model";
        s.category = "model/sampling/guiders";
        s.display_name = "Video Linear CFG Guidance";
        s.in("model", &VideoLinearCFGGuidance::model);
        s.in("min_cfg", &VideoLinearCFGGuidance::min_cfg).range(0.0, 100.0).step(0.5).round(0.01).advanced();
    }

    Model execute() const { return inference::frame_ramp_cfg(model, min_cfg, inference::FrameRamp::linear); }
};

}  // namespace

void register_video_linear_cfg_guidance(Registry& registry) {
    registry.add<VideoLinearCFGGuidance>("VideoLinearCFGGuidance");
}

}  // namespace easel::nodes
