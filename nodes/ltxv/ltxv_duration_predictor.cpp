#include "base/error.hpp"
#include "inference/model_patches/duration_head.hpp"
#include "nodes/model_patch_socket.hpp"
#include "nodes/types.hpp"

namespace easel::nodes {
namespace {

struct LTXVDurationPredictor {
    Model model;
    Conditioning positive;
    ModelPatch duration_head;
    double frame_rate = 24.0;
    double min_seconds = 1.0;
    double max_seconds = 20.0;

    static void declare(Schema& s) {
        s.shape = RecordShape::modern;
        s.python_module = "comfy_extras.nodes_lt";
        s.category = "conditioning/video_models";
        s.display_name = "LTXV Duration Predictor";
        s.description = "Predicts the natural shot duration for a prompt using the LTX 2.4 duration head (loaded with "
                        "ModelPatchLoader), and snaps it to the VAE's 8k+1 frame grid.";
        s.search_aliases = {"auto duration", "duration head", "num_frames"};
        s.in("model", &LTXVDurationPredictor::model);
        s.in("positive", &LTXVDurationPredictor::positive);
        s.in("duration_head", &LTXVDurationPredictor::duration_head)
            .tooltip("LTX 2.4 duration head loaded with ModelPatchLoader.");
        s.in("frame_rate", &LTXVDurationPredictor::frame_rate).range(1.0, 120.0).step(0.01);
        s.in("min_seconds", &LTXVDurationPredictor::min_seconds).range(0.5, 120.0).step(0.1);
        s.in("max_seconds", &LTXVDurationPredictor::max_seconds).range(0.5, 120.0).step(0.1);
        s.out("num_frames");
        s.out("seconds").tooltip = "Raw (unclamped) predicted duration.";
    }

    std::tuple<std::int64_t, double> execute() const {
        if (positive.empty()) throw UserError("the conditioning is empty: connect an encoded prompt");
        const auto head = as_kind<inference::DurationHead>(duration_head, "an LTX duration head");
        const double seconds = inference::shot_seconds(model, *head, positive.front());
        return {inference::shot_frames(
                    seconds, {.frame_rate = frame_rate, .least_seconds = min_seconds, .most_seconds = max_seconds}),
                seconds};
    }
};

}  // namespace

void register_ltxv_duration_predictor(Registry& registry) {
    registry.add<LTXVDurationPredictor>("LTXVDurationPredictor");
}

}  // namespace easel::nodes
