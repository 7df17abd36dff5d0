#include "base/error.hpp"
#include "inference/image/depth_pictures.hpp"
#include "nodes/choices.hpp"
#include "nodes/dynamic_choice.hpp"
#include "nodes/types.hpp"
#include "nodes/vision/depth_anything/depth_sockets.hpp"

#include <vector>

namespace easel::nodes {
namespace {

using graph::Field;
using graph::InputSpec;

std::vector<Branch> da3_render_output_branches() {
    InputSpec depth_normalization = inner_input("normalization", "COMBO");
    Field<std::string>(depth_normalization)
        .choices(one_of({"v2_style", "min_max", "raw"}))
        .default_value("v2_style")
        .tooltip("- v2_style: mean/std normalisation for perceptually balanced results (default).\n- min_max: "
                 "stretches the full depth range to [0, 1] for maximum contrast.\n- raw: no scaling,preserves metric "
                 "units for Metric model.");
    InputSpec depth_apply_sky_clip = inner_input("apply_sky_clip", "BOOLEAN");
    Field<bool>(depth_apply_sky_clip)
        .default_value(false)
        .tooltip("Clip sky-region depth to the 99th percentile of foreground depth before normalisation. Requires a "
                 "sky key in the da3_geometry input (for Mono/Metric models only).");
    InputSpec depth_colored_normalization = inner_input("normalization", "COMBO");
    Field<std::string>(depth_colored_normalization)
        .choices(one_of({"v2_style", "min_max", "raw"}))
        .default_value("v2_style")
        .tooltip("- v2_style: mean/std normalisation for perceptually balanced results (default).\n- min_max: "
                 "stretches the full depth range to [0, 1] for maximum contrast.\n- raw: no scaling,preserves metric "
                 "units for Metric model.");
    InputSpec depth_colored_apply_sky_clip = inner_input("apply_sky_clip", "BOOLEAN");
    Field<bool>(depth_colored_apply_sky_clip)
        .default_value(false)
        .tooltip("Clip sky-region depth to the 99th percentile of foreground depth before normalisation. Requires a "
                 "sky key in the da3_geometry input (for Mono/Metric models only).");
    InputSpec sky_mask_colored = inner_input("colored", "BOOLEAN");
    Field<bool>(sky_mask_colored).default_value(false).tooltip("Apply the Turbo colormap to the sky mask.");
    InputSpec confidence_colored = inner_input("colored", "BOOLEAN");
    Field<bool>(confidence_colored).default_value(false).tooltip("Apply the Turbo colormap to the confidence map.");
    return {{"depth", {depth_normalization, depth_apply_sky_clip}},
            {"depth_colored", {depth_colored_normalization, depth_colored_apply_sky_clip}},
            {"sky_mask", {sky_mask_colored}},
            {"confidence", {confidence_colored}}};
}

struct DA3Render {
    inference::DepthGeometry da3_geometry;
    Chosen output;

    static void declare(Schema& s) {
        s.shape = RecordShape::modern;
        s.python_module = "comfy_extras.nodes_depth_anything_3";
        s.category = "image/geometry estimation";
        s.display_name = "Render Depth Anything 3";
        s.description = "Render a depth map, confidence map, or sky mask from Depth Anything 3 geometry data.";
        s.in("da3_geometry", &DA3Render::da3_geometry);
        choice_in(s, "output",
                  "- depth: normalised greyscale depth image.\n- depth_colored: depth mapped through the Turbo "
                  "colormap.\n- sky_mask: sky probability in [0, 1] (for Mono/Metric models only).\n- confidence: "
                  "normalised depth confidence (for Small/Base models only).",
                  da3_render_output_branches(), &DA3Render::output);
    }

    Image execute() const {
        if (output.key == "sky_mask") return {map_of(da3_geometry.sky, "sky", "Mono or Metric")};
        if (output.key == "confidence")
            return {map_of(da3_geometry.confidence, "confidence", "Small or Base", inference::stretched)};
        Tensor depth = da3_geometry.depth;
        if (graph::unbox_bool(output.require("apply_sky_clip"), "apply_sky_clip"))
            depth = inference::with_sky_behind(depth, told(da3_geometry.sky, "sky", "Mono or Metric"));
        const std::string normalization = output.text("normalization");
        if (normalization == "v2_style") depth = inference::near_is_white(depth, da3_geometry.sky);
        if (normalization == "min_max") depth = inference::stretched_near_is_white(depth);
        return {output.key == "depth_colored" ? inference::turbo_colors(depth) : inference::grey(depth)};
    }

private:
    static const Tensor& told(const Tensor& values, const char* what, const char* models) {
        if (!values.defined())
            throw NamedError("ValueError",
                             std::string("the geometry has no ") + what + "; it comes from " + models + " models");
        return values;
    }

    // A map as it is, or through `prepare`, in grey or coloured.
    Tensor map_of(const Tensor& values, const char* what, const char* models,
                  Tensor (*prepare)(const Tensor&) = nullptr) const {
        const Tensor map = prepare ? prepare(told(values, what, models)) : told(values, what, models);
        const bool is_colored = graph::unbox_bool(output.require("colored"), "colored");
        return is_colored ? inference::turbo_colors(map) : inference::grey(map);
    }
};

}  // namespace

void register_da3_render(Registry& registry) { registry.add<DA3Render>("DA3Render"); }

}  // namespace easel::nodes
