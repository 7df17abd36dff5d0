#include "inference/guidance/seam_smoothing.hpp"
#include "nodes/choices.hpp"
#include "nodes/types.hpp"

namespace easel::nodes {
namespace {

struct HiDreamO1PatchSeamSmoothing {
    Model model;
    double start_percent = 0.8;
    double end_percent = 1.0;
    std::string pattern = "single_shift";
    std::string passes = "2";
    std::string blend = "average";
    double strength = 1.0;

    static void declare(Schema& s) {
        s.shape = RecordShape::modern;
        s.python_module = "comfy_extras.nodes_hidream_o1";
        s.category = "model/patch/hidream";
        s.display_name = "HiDream-O1 Patch Seam Smoothing";
        s.description = "Average the model output across multiple shifted patch-grid positions during the late portion "
                        "of sampling. Cancels seams.";
        s.experimental = true;
        s.in("model", &HiDreamO1PatchSeamSmoothing::model);
        s.in("start_percent", &HiDreamO1PatchSeamSmoothing::start_percent)
            .range(0.0, 1.0)
            .step(0.01)
            .tooltip("Sampling progress (0=start, 1=end) at which the blend turns ON.");
        s.in("end_percent", &HiDreamO1PatchSeamSmoothing::end_percent)
            .range(0.0, 1.0)
            .step(0.01)
            .tooltip("Sampling progress at which the blend turns OFF.");
        s.in("pattern", &HiDreamO1PatchSeamSmoothing::pattern)
            .choices(one_of({"single_shift", "symmetric"}))
            .default_value("single_shift")
            .tooltip("Shift layout. single_shift: one pass at the natural patch grid + others offset. symmetric: all "
                     "passes off-grid, shifts split around origin.");
        s.in("passes", &HiDreamO1PatchSeamSmoothing::passes)
            .choices(one_of({"2", "4", "ramp_2_4", "ramp_2_4_8"}))
            .default_value("2")
            .tooltip("Number of passes per gated step. 2/4 = fixed. ramp_*: pass count increases as sampling "
                     "approaches end (more smoothing where seams are most visible).");
        s.in("blend", &HiDreamO1PatchSeamSmoothing::blend)
            .choices(one_of({"average", "window", "median"}))
            .default_value("average")
            .tooltip("average: equal-weight mean. window: Hann-windowed weighting favoring each pass away from its "
                     "patch boundaries. median: per-pixel median, rejects wraparound-outlier passes.");
        s.in("strength", &HiDreamO1PatchSeamSmoothing::strength)
            .range(0.0, 1.0)
            .step(0.01)
            .tooltip("Interpolation between the natural-grid pred (0) and the averaged result (1).");
    }

    Model execute() const {
        if (strength <= 0.0 || end_percent <= start_percent) return model;
        using inference::SeamBlend;
        inference::SeamSmoothing smoothing{
            .start_percent = start_percent, .end_percent = end_percent, .symmetric = pattern == "symmetric"};
        smoothing.passes = passes == "ramp_2_4"     ? std::vector<int64_t>{2, 4}
                           : passes == "ramp_2_4_8" ? std::vector<int64_t>{2, 4, 8}
                                                    : std::vector<int64_t>{passes == "4" ? 4 : 2};
        smoothing.blend = blend == "window"   ? SeamBlend::window
                          : blend == "median" ? SeamBlend::median
                                              : SeamBlend::average;
        smoothing.strength = strength;
        return inference::with_smoothed_seams(model, smoothing);
    }
};

}  // namespace

void register_hi_dream_o1_patch_seam_smoothing(Registry& registry) {
    registry.add<HiDreamO1PatchSeamSmoothing>("HiDreamO1PatchSeamSmoothing");
}

}  // namespace easel::nodes

