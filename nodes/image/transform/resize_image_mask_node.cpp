#include "base/error.hpp"
#include "nodes/choices.hpp"
#include "nodes/dynamic_choice.hpp"
#include "nodes/image/resize_types.hpp"
#include "nodes/types.hpp"

namespace easel::nodes {
namespace {

struct ResizeImageMaskNode {
    Value input;
    Chosen resize_type;
    std::string scale_method = "area";

    static void declare(Schema& s) {
        s.shape = RecordShape::modern;
        s.python_module = "comfy_extras.nodes_post_processing";
        s.category = "image/transform";
        s.display_name = "Resize Image/Mask";
        s.description = "Resize an image or mask using various scaling methods.";
        s.search_aliases = {"resize",       "resize image", "resize mask", "scale",  "scale image", "scale mask",
                            "image resize", "change size",  "dimensions",  "shrink", "enlarge"};
        s.in("input", &ResizeImageMaskNode::input)
            .type("COMFY_MATCHTYPE_V3")
            .option("template", {{"template_id", "input_type"}, {"allowed_types", "IMAGE,MASK"}});
        choice_in(s, "resize_type",
                  "Select how to resize: by exact dimensions, scale factor, matching another image, etc.",
                  resize_branches(), &ResizeImageMaskNode::resize_type);
        s.in("scale_method", &ResizeImageMaskNode::scale_method)
            .choices(one_of(inference::image_resize_methods))
            .default_value("area")
            .tooltip("Interpolation algorithm. 'area' is best for downscaling, 'lanczos' for upscaling, "
                     "'nearest-exact' for pixel art.");
        graph::OutputSpec& output = s.out("resized");
        output.type = "COMFY_MATCHTYPE_V3";
        output.match_template = "input_type";
    }

    Value execute() const {
        if (const auto* image = input.get_if<Image>())
            return Value(Image{resized(image->pixels.movedim(-1, 1), resize_type, scale_method).movedim(1, -1)});
        if (const auto* mask = input.get_if<Mask>())
            return Value(Mask{resized(mask->values.unsqueeze(1), resize_type, scale_method).squeeze(1)});
        throw NamedError("TypeError", "only an image or a mask can be resized, not " + input.str());
    }
};

}  // namespace

void register_resize_image_mask_node(Registry& registry) { registry.add<ResizeImageMaskNode>("ResizeImageMaskNode"); }

}  // namespace easel::nodes
