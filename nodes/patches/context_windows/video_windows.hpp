// What the nodes share that cut the frames of a video into windows, for models whose latent frames each stand for
// several frames of the video.
#pragma once

#include "inference/guidance/context_windows.hpp"
#include "nodes/choices.hpp"
#include "nodes/types.hpp"

#include <algorithm>
#include <cstdint>
#include <string>
#include <vector>

namespace easel::nodes {

// First base of such a node.
struct VideoWindows {
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

    // The record and the model.
    static void declare_model(Schema& s) {
        s.shape = RecordShape::modern;
        s.python_module = "comfy_extras.nodes_context_windows";
        s.category = "model/patch";
        s.experimental = true;
        s.in("model", &VideoWindows::model).tooltip("The model to apply context windows to during sampling.");
    }

    // What comes behind length and overlap. `retain_tooltip` says what keeping the first frame is for.
    static void declare_rest(Schema& s, std::string retain_tooltip) {
        s.in("context_schedule", &VideoWindows::context_schedule)
            .choices(one_of({"standard_static", "standard_uniform", "looped_uniform", "batched"}))
            .default_value("standard_uniform")
            .tooltip("Step-dependent scheduling algorithm for context windows.");
        s.in("context_stride", &VideoWindows::context_stride)
            .least(1)
            .advanced()
            .tooltip("The stride of the context window; only applicable to uniform schedules.");
        s.in("closed_loop", &VideoWindows::closed_loop)
            .advanced()
            .tooltip("Whether to close the context window loop; only applicable to looped schedules.");
        s.in("fuse_method", &VideoWindows::fuse_method)
            .choices(one_of({"pyramid", "relative", "flat", "overlap-linear"}))
            .default_value("pyramid")
            .tooltip("The method to use to fuse the context windows.");
        s.in("freenoise", &VideoWindows::freenoise)
            .advanced()
            .tooltip("Whether to apply FreeNoise noise shuffling, improves window blending.");
        s.in("retain_first_frame", &VideoWindows::retain_first_frame).tooltip(std::move(retain_tooltip));
        s.in("split_conds_to_windows", &VideoWindows::split_conds_to_windows)
            .advanced()
            .tooltip("Whether to split multiple conditionings (created by ConditionCombine) to each window based on "
                     "region index.");
        s.out("MODEL").tooltip = "The model with context windows applied during sampling.";
    }

    // The windows that the node asks for, its frames of the video counted in latent frames, each of which is `ratio` of
    // them.
    inference::ContextWindows windows(std::int64_t ratio) const {
        std::vector<std::int64_t> kept;
        if (retain_first_frame) kept = {0};
        return {.length = std::max<std::int64_t>((context_length - 1) / ratio + 1, 1),
                .overlap = std::max<std::int64_t>(context_overlap / ratio, 0),
                .schedule = context_schedule,
                .stride = context_stride,
                .closed_loop = closed_loop,
                .blend = fuse_method,
                .dimension = 2,
                .shuffled_noise = freenoise,
                .kept_conditions = kept,
                .splits_conditions = split_conds_to_windows};
    }
};

}  // namespace easel::nodes
