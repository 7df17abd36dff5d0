#include "inference/models/minimax_h3/minimax_h3.hpp"
#include "nodes/types.hpp"

namespace easel::nodes {
namespace {

struct MiniMaxH3SigmaShift {
    Model model;
    double shift_video = 12.0;
    double shift_audio = 3.0;

    static void declare(Schema& s) {
        s.shape = RecordShape::modern;
        s.python_module = "comfy_extras.nodes_minimax_h3";
        s.category = "model/patch/minimax";
        s.display_name = "ModelSamplingMiniMaxH3";
        s.description = "Set the video/audio flow shifts.";
        s.search_aliases = {"sigma shift", "minimax shift"};
        s.in("model", &MiniMaxH3SigmaShift::model);
        s.in("shift_video", &MiniMaxH3SigmaShift::shift_video).range(0.01, 100.0).step(0.01);
        s.in("shift_audio", &MiniMaxH3SigmaShift::shift_audio).range(0.01, 100.0).step(0.01);
    }

    Model execute() const {
        return inference::minimax_h3::with_shifts(model, {.video = shift_video, .sound = shift_audio});
    }
};

}  // namespace

void register_mini_max_h3_sigma_shift(Registry& registry) { registry.add<MiniMaxH3SigmaShift>("MiniMaxH3SigmaShift"); }

}  // namespace easel::nodes
