#include "inference/guidance/context_windows.hpp"
#include "nodes/choices.hpp"
#include "nodes/types.hpp"
#include <algorithm>
#include <vector>

namespace easel::nodes {
namespace {

struct WanContextWindowsManual {
    Model model;
    std::int64_t context_length = 81;
    std::int64_t context_overlap = 30;
    std::string context_schedule = "standard_uniform";
    std::int64_t context_stride = 1;
    bool closed_loop = false;
    std::string fuse_method = "pyramid";
    bool freenoise = true;
    bool retain_first_frame = false;
    bool split_conds_to_windows = false;

    static void declare(Schema& s) {
        s.shape = RecordShape::modern;
        s.python_module = "comfy_extras.nodes_context_windows";
        s.category = "model/patch/wan";
        s.display_name = "Wan Context Windows";
        s.description = "Set context windows for Wan-like models.";
        s.experimental = true;
        s.in("model", &WanContextWindowsManual::model)
            .tooltip("The model to apply context windows to during sampling.");
        s.in("context_length", &WanContextWindowsManual::context_length)
            .range(1, 16384)
            .step(4)
            .tooltip("The length of the context window in real frames. Must be 4*n + 1.");
        s.in("context_overlap", &WanContextWindowsManual::context_overlap)
            .least(0)
            .tooltip("The overlap of the context window in real frames.");
        s.in("context_schedule", &WanContextWindowsManual::context_schedule)
            .choices(one_of({"standard_static", "standard_uniform", "looped_uniform", "batched"}))
            .default_value("standard_uniform")
            .tooltip("Step-dependent scheduling algorithm for context windows.");
        s.in("context_stride", &WanContextWindowsManual::context_stride)
            .least(1)
            .advanced()
            .tooltip("The stride of the context window; only applicable to uniform schedules.");
        s.in("closed_loop", &WanContextWindowsManual::closed_loop)
            .advanced()
            .tooltip("Whether to close the context window loop; only applicable to looped schedules.");
        s.in("fuse_method", &WanContextWindowsManual::fuse_method)
            .choices(one_of({"pyramid", "relative", "flat", "overlap-linear"}))
            .default_value("pyramid")
            .tooltip("The method to use to fuse the context windows.");
        s.in("freenoise", &WanContextWindowsManual::freenoise)
            .advanced()
            .tooltip("Whether to apply FreeNoise noise shuffling, improves window blending.");
        s.in("retain_first_frame", &WanContextWindowsManual::retain_first_frame)
            .tooltip("Retain the first I2V frame in every context window (may help retain initial reference).");
        s.in("split_conds_to_windows", &WanContextWindowsManual::split_conds_to_windows)
            .advanced()
            .tooltip("Whether to split multiple conditionings (created by ConditionCombine) to each window based on "
                     "region index.");
        s.out("MODEL").tooltip = "The model with context windows applied during sampling.";
    }

    Model execute() const {
        // In frames of the latent, each of which is 4 of the video.
        const std::int64_t length = std::max<std::int64_t>((context_length - 1) / 4 + 1, 1);
        const std::int64_t overlap = std::max<std::int64_t>(context_overlap / 4, 0);
        std::vector<std::int64_t> kept;
        if (retain_first_frame) kept = {0};
        return inference::with_context_windows(model, {.length = length,
                                                       .overlap = overlap,
                                                       .schedule = context_schedule,
                                                       .stride = context_stride,
                                                       .closed_loop = closed_loop,
                                                       .blend = fuse_method,
                                                       .dimension = 2,
                                                       .shuffled_noise = freenoise,
                                                       .kept_conditions = kept,
                                                       .splits_conditions = split_conds_to_windows});
    }
};

}  // namespace

void register_wan_context_windows_manual(Registry& registry) {
    registry.add<WanContextWindowsManual>("WanContextWindowsManual");
}

}  // namespace easel::nodes
