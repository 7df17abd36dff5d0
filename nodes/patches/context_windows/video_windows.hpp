// What the nodes share that cut the frames of a video into windows, for models whose latent frames each stand for
// several frames of the video.
#pragma once

#include "inference/guidance/context_windows.hpp"
#include "nodes/choices.hpp"
#include "nodes/types.hpp"

#include <algorithm>
#include <string>
#include <vector>

namespace easel::nodes {

// Declares the fields of `Node` behind length and overlap. `retain_tooltip` says what keeping the first frame is for.
template <class Node>
void declare_video_windows(Schema& s, std::string retain_tooltip) {
    s.in("context_schedule", &Node::context_schedule)
        .choices(one_of({"standard_static", "standard_uniform", "looped_uniform", "batched"}))
        .default_value("standard_uniform")
        .tooltip("Step-dependent scheduling algorithm for context windows.");
    s.in("context_stride", &Node::context_stride)
        .least(1)
        .advanced()
        .tooltip("The stride of the context window; only applicable to uniform schedules.");
    s.in("closed_loop", &Node::closed_loop)
        .advanced()
        .tooltip("Whether to close the context window loop; only applicable to looped schedules.");
    s.in("fuse_method", &Node::fuse_method)
        .choices(one_of({"pyramid", "relative", "flat", "overlap-linear"}))
        .default_value("pyramid")
        .tooltip("The method to use to fuse the context windows.");
    s.in("freenoise", &Node::freenoise)
        .advanced()
        .tooltip("Whether to apply FreeNoise noise shuffling, improves window blending.");
    s.in("retain_first_frame", &Node::retain_first_frame).tooltip(std::move(retain_tooltip));
    s.in("split_conds_to_windows", &Node::split_conds_to_windows)
        .advanced()
        .tooltip("Whether to split multiple conditionings (created by ConditionCombine) to each window based on "
                 "region index.");
    s.out("MODEL").tooltip = "The model with context windows applied during sampling.";
}

// The windows that `node` asks for, its frames of the video counted in latent frames, each of which is `ratio` of them.
template <class Node>
inference::ContextWindows video_windows(const Node& node, std::int64_t ratio) {
    std::vector<std::int64_t> kept;
    if (node.retain_first_frame) kept = {0};
    return {.length = std::max<std::int64_t>((node.context_length - 1) / ratio + 1, 1),
            .overlap = std::max<std::int64_t>(node.context_overlap / ratio, 0),
            .schedule = node.context_schedule,
            .stride = node.context_stride,
            .closed_loop = node.closed_loop,
            .blend = node.fuse_method,
            .dimension = 2,
            .shuffled_noise = node.freenoise,
            .kept_conditions = kept,
            .splits_conditions = node.split_conds_to_windows};
}

}  // namespace easel::nodes
