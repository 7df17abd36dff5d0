#include "inference/guidance/guidance.hpp"
#include "nodes/types.hpp"

namespace easel::nodes {
namespace {

struct VideoTriangleCFGGuidance {
    Model model;
    double min_cfg = 1.0;

    static void declare(Schema& s) {
        s.python_module = "comfy_extras.nodes_video_model";
        s.category = "model/sampling/guiders";
        s.display_name = "Video Triangle CFG Guidance";
        s.in("model", &VideoTriangleCFGGuidance::model);
        s.in("min_cfg", &VideoTriangleCFGGuidance::min_cfg).range(0.0, 100.0).step(0.5).round(0.01).advanced();
    }

    Model execute() const { return inference::frame_ramp_cfg(model, min_cfg, inference::FrameRamp::triangle); }
};

}  // namespace

void register_video_triangle_cfg_guidance(Registry& registry) {
    registry.add<VideoTriangleCFGGuidance>("VideoTriangleCFGGuidance");
}

}  // namespace easel::nodes
