#include "base/error.hpp"
#include "nodes/choices.hpp"
#include "nodes/dynamic_choice.hpp"
#include "nodes/types.hpp"
#include "nodes/vision/depth_anything/depth_sockets.hpp"

#include <memory>
#include <vector>

namespace easel::nodes {
namespace {

using graph::Field;
using graph::InputSpec;

std::vector<Branch> da3_inference_mode_branches() {
    InputSpec multiview_ref_view_strategy = inner_input("ref_view_strategy", "COMBO");
    Field<std::string>(multiview_ref_view_strategy)
        .choices(one_of({"saddle_balanced", "saddle_sim_range", "first", "middle"}))
        .default_value("saddle_balanced")
        .tooltip("Which view acts as the geometric anchor.\n- saddle_balanced: the view most 'average' across all "
                 "others (best general choice).\n- saddle_sim_range: the view most visually distinct from the "
                 "others.\n- first / middle: fixed positional picks.");
    InputSpec multiview_pose_method = inner_input("pose_method", "COMBO");
    Field<std::string>(multiview_pose_method)
        .choices(one_of({"cam_dec", "ray_pose"}))
        .default_value("cam_dec")
        .tooltip("How the camera field-of-view is estimated (for Small/Base models only).\n- cam_dec: learned from "
                 "image features.\n- ray_pose: derived geometrically from the model's 3D ray output.\nAffects "
                 "perspective correctness of the 3D output. Try both if results look distorted.");
    return {{"mono", {}}, {"multiview", {multiview_ref_view_strategy, multiview_pose_method}}};
}

inference::ReferenceView reference_view(std::string_view name) {
    if (name == "first") return inference::ReferenceView::first;
    if (name == "middle") return inference::ReferenceView::middle;
    if (name == "saddle_sim_range") return inference::ReferenceView::saddle_similarity;
    return inference::ReferenceView::saddle_balanced;
}

struct DA3Inference {
    std::shared_ptr<const inference::DepthAnything> da3_model;
    Image image;
    std::int64_t resolution = 504;
    std::string resize_method = "upper_bound_resize";
    Chosen mode;

    static void declare(Schema& s) {
        s.shape = RecordShape::modern;
        s.python_module = "comfy_extras.nodes_depth_anything_3";
        s.category = "image/geometry estimation";
        s.display_name = "Run Depth Anything 3";
        s.description = "Run Depth Anything 3 on an image. In multi-view mode each image is treated as a separate view "
                        "of the same scene.";
        s.search_aliases = {"depth",    "geometry", "da3", "depth anything", "monocular",
                            "pointmap", "sky",      "3d",  "metric depth",   "disparity"};
        s.in("da3_model", &DA3Inference::da3_model);
        s.in("image", &DA3Inference::image);
        s.in("resolution", &DA3Inference::resolution)
            .range(140, 2520)
            .step(14)
            .tooltip("Resolution the model runs at (longest side, multiple of 14).\nLower = faster / less "
                     "VRAM.\nHigher = more detail.\nOutput is upsampled back to the original size.");
        s.in("resize_method", &DA3Inference::resize_method)
            .choices(one_of({"upper_bound_resize", "lower_bound_resize"}))
            .default_value("upper_bound_resize")
            .tooltip("upper_bound_resize: scale so the longest side = resolution (caps memory, "
                     "default).\nlower_bound_resize: scale so the shortest side = resolution (preserves more detail on "
                     "tall/wide images, uses more memory).");
        choice_in(s, "mode",
                  "mono: single view image (works with any model variant).\nmultiview: all images processed together "
                  "for geometric consistency + camera pose (for Small/Base models only).",
                  da3_inference_mode_branches(), &DA3Inference::mode);
        graph::OutputSpec& output = s.out("da3_geometry");
        output.tooltip =
            "Dictionary of non-normalized tensors.\nAlways has the keys: depth, image, mode.\nOptional keys: sky (for "
            "Mono/Metric), confidence (for Small/Base), extrinsics + intrinsics (for multi-view).";
    }

    inference::DepthGeometry execute() const {
        using inference::DepthAnything;
        const auto fit = resize_method == "lower_bound_resize" ? DepthAnything::Fit::shortest_side
                                                               : DepthAnything::Fit::longest_side;
        if (mode.key == "mono") return da3_model->look_at_pictures(image.pixels, resolution, fit);
        const bool of_rays = mode.text("pose_method") == "ray_pose";
        if (!da3_model->decodes_poses() && !da3_model->has_rays())
            throw NamedError("ValueError", "several views of a scene need a Small or Base model; this one looks at "
                                           "single pictures, for which the mode is 'mono'");
        if (!of_rays && !da3_model->decodes_poses())
            throw NamedError("ValueError", "this model has no camera decoder; choose the pose_method 'ray_pose'");
        if (of_rays && !da3_model->has_rays())
            throw NamedError("ValueError", "this model tells no rays; choose the pose_method 'cam_dec'");
        return da3_model->look_at_scene(image.pixels, resolution, fit, reference_view(mode.text("ref_view_strategy")),
                                        of_rays ? DepthAnything::Pose::of_rays : DepthAnything::Pose::decoded);
    }
};

}  // namespace

void register_da3_inference(Registry& registry) { registry.add<DA3Inference>("DA3Inference"); }

}  // namespace easel::nodes
