#include "nodes/dynamic_choice.hpp"
#include "nodes/text/letter_case.hpp"
#include "nodes/text/unicode_text.hpp"
#include "nodes/types.hpp"

#include <vector>

namespace easel::nodes {
namespace {

using graph::Field;
using graph::InputSpec;

std::vector<Branch> build_json_prompt_ideogram_style_branches() {
    InputSpec photo_photo = inner_input("photo", "STRING");
    Field<std::string>(photo_photo)
        .default_value("")
        .option("multiline", false)
        .tooltip("Camera or lens details for photographic outputs (e.g. 35mm, f/1.4, bokeh).");
    InputSpec art_style_art_style = inner_input("art_style", "STRING");
    Field<std::string>(art_style_art_style)
        .default_value("")
        .option("multiline", false)
        .tooltip("Art style description (e.g. flat vector illustration, bold outlines).");
    return {{"none", {}}, {"photo", {photo_photo}}, {"art_style", {art_style_art_style}}};
}

struct BuildJsonPromptIdeogram {
    Json element;
    std::string high_level_description;
    std::string background;
    Chosen style;
    std::string aesthetics;
    std::string lighting;
    std::string medium;
    Json color_palette;

    static void declare(Schema& s) {
        s.shape = RecordShape::modern;
        s.python_module = "comfy_extras.nodes_json_prompt";
        s.category = "text";
        s.display_name = "Build JSON Prompt (Ideogram)";
        s.description = "Build a JSON prompt for the Ideogram 4 model.";
        s.experimental = true;
        s.in("element", &BuildJsonPromptIdeogram::element)
            .type("ARRAY")
            .tooltip("Prompt elements from the node Create Bounding Boxes.");
        s.in("high_level_description", &BuildJsonPromptIdeogram::high_level_description)
            .multiline()
            .tooltip("Optional description of the image in one or two sentences. Strongly recommended.");
        s.in("background", &BuildJsonPromptIdeogram::background)
            .multiline()
            .tooltip("Mandatory description of the image background or environment.");
        choice_in(s, "style", "", build_json_prompt_ideogram_style_branches(), &BuildJsonPromptIdeogram::style);
        s.in("aesthetics", &BuildJsonPromptIdeogram::aesthetics)
            .option("multiline", false)
            .tooltip("Mandatory aesthetic keywords (e.g. moody, cinematic, desaturated).");
        s.in("lighting", &BuildJsonPromptIdeogram::lighting)
            .option("multiline", false)
            .tooltip("Mandatory lighting description (e.g. golden hour, rim light, dramatic shadows).");
        s.in("medium", &BuildJsonPromptIdeogram::medium)
            .option("multiline", false)
            .tooltip("Mandatory medium type (e.g. photograph, illustration, 3d_render, painting, graphic_design). When "
                     "style = photo, set to photograph.");
        s.in("color_palette", &BuildJsonPromptIdeogram::color_palette)
            .type("COLORS")
            .default_value(Json::parse(R"json([])json"))
            .option("socketless", false)
            .tooltip("Hex color codes that steer the image's dominant colors. Up to 16 entries.");
        s.out("prompt").type = "DICT";
    }

    Json execute() const {
        Json caption = Json::object();
        if (!trimmed(high_level_description, true, true).empty())
            caption["high_level_description"] = high_level_description;
        if (style.key != "none") caption["style_description"] = style_description();
        caption["compositional_deconstruction"] = {{"background", background},
                                                   {"elements", element.is_array() ? element : Json::array()}};
        return caption;
    }

    Json style_description() const {
        Json described = {{"aesthetics", aesthetics}, {"lighting", lighting}};
        if (style.key == "photo") described["photo"] = style.text("photo");
        described["medium"] = medium;
        if (style.key == "art_style") described["art_style"] = style.text("art_style");
        Json palette = Json::array();
        for (const Json& color : color_palette)
            if (color.is_string() && !color.get_ref<const std::string&>().empty())
                palette.push_back(upper_case(color.get_ref<const std::string&>()));
        if (!palette.empty()) described["color_palette"] = palette;
        return described;
    }
};

}  // namespace

void register_build_json_prompt_ideogram(Registry& registry) {
    registry.add<BuildJsonPromptIdeogram>("BuildJsonPromptIdeogram");
}

}  // namespace easel::nodes
