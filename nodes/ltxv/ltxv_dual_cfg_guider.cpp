#include "inference/models/ltxv/guidance.hpp"
#include "nodes/sampling/sockets.hpp"
#include "nodes/types.hpp"

namespace easel::nodes {
namespace {

struct LTXVDualCFGGuider {
    Model model;
    Conditioning positive;
    Conditioning negative;
    double video_cfg = 3.0;
    double audio_cfg = 7.0;

    static void declare(Schema& s) {
        s.shape = RecordShape::modern;
        s.python_module = "comfy_extras.nodes_lt";
        s.category = "model/sampling/guiders";
        s.display_name = "LTXV Dual CFG Guider";
        s.description = "Separate CFG scales for the video and audio modalities of a packed LTXV-AV latent.";
        s.in("model", &LTXVDualCFGGuider::model);
        s.in("positive", &LTXVDualCFGGuider::positive);
        s.in("negative", &LTXVDualCFGGuider::negative);
        s.in("video_cfg", &LTXVDualCFGGuider::video_cfg).range(0.0, 100.0).step(0.1).round(0.01);
        s.in("audio_cfg", &LTXVDualCFGGuider::audio_cfg).range(0.0, 100.0).step(0.1).round(0.01);
    }

    Guider execute() const {
        return inference::ltxv::media_guider(model, positive, negative, {.video = video_cfg, .sound = audio_cfg});
    }
};

}  // namespace

void register_ltxv_dual_cfg_guider(Registry& registry) { registry.add<LTXVDualCFGGuider>("LTXVDualCFGGuider"); }

}  // namespace easel::nodes

