#include "inference/image/color_transfer.hpp"
#include "nodes/choices.hpp"
#include "nodes/dynamic_choice.hpp"
#include "nodes/types.hpp"

#include <vector>

namespace easel::nodes {
namespace {

using graph::Field;
using graph::InputSpec;

std::vector<Branch> color_transfer_source_stats_branches() {
    InputSpec target_frame_target_index = inner_input("target_index", "INT");
    Field<std::int64_t>(target_frame_target_index)
        .default_value(0)
        .range(0, 10000)
        .tooltip("Frame index used as the source baseline for computing the transform to image_ref");
    return {{"per_frame", {}}, {"uniform", {}}, {"target_frame", {target_frame_target_index}}};
}

struct ColorTransfer {
    Image image_target;
    Image image_ref;
    std::string method;
    Chosen source_stats;
    double strength = 1.0;

    static void declare(Schema& s) {
        s.shape = RecordShape::modern;
        s.python_module = "comfy_extras.nodes_post_processing";
        s.category = "image/filters";
        s.display_name = "Transfer Color";
        s.description = "Match the colors of one image to another using various algorithms.";
        s.search_aliases = {"color match",     "color grading", "color correction", "match colors",
                            "color transform", "mkl",           "reinhard",         "histogram"};
        s.in("image_target", &ColorTransfer::image_target).tooltip("Image(s) to apply the color transform to.");
        s.in("image_ref", &ColorTransfer::image_ref).tooltip("Reference image(s) to match colors to.");
        s.in("method", &ColorTransfer::method).choices(one_of({"reinhard_lab", "mkl_lab", "histogram"}));
        choice_in(s, "source_stats",
                  "per_frame: each frame matched to image_ref individually. uniform: pool stats across all source "
                  "frames as baseline, match to image_ref. target_frame: use one chosen frame as the baseline for the "
                  "transform to image_ref, applied uniformly to all frames (preserves relative differences)",
                  color_transfer_source_stats_branches(), &ColorTransfer::source_stats);
        s.in("strength", &ColorTransfer::strength).range(0.0, 10.0).step(0.01);
        s.out("image");
    }

    Image execute(Context& context) const {
        if (strength == 0) return image_target;
        inference::ColorTransferSettings settings{.strength = strength};
        if (method == "mkl_lab") settings.match = inference::ColorMatch::transport;
        if (method == "histogram") settings.match = inference::ColorMatch::histogram;
        if (source_stats.key == "uniform") settings.baseline = inference::ColorBaseline::all_frames;
        if (source_stats.key == "target_frame") {
            settings.baseline = inference::ColorBaseline::one_frame;
            settings.frame = source_stats.integer("target_index");
        }
        const auto frames = double(image_target.pixels.size(0));
        return {inference::transfer_color(image_target.pixels, image_ref.pixels, settings,
                                          [&](std::int64_t done) { context.progress(double(done), frames); })};
    }
};

}  // namespace

void register_color_transfer(Registry& registry) { registry.add<ColorTransfer>("ColorTransfer"); }

}  // namespace easel::nodes
