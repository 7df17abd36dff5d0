#include "base/error.hpp"
#include "inference/image/box_preview.hpp"
#include "nodes/boxes.hpp"
#include "nodes/file_origin.hpp"
#include "nodes/image_io.hpp"
#include "nodes/text/letter_case.hpp"
#include "nodes/text/unicode_text.hpp"
#include "nodes/types.hpp"

#include <algorithm>
#include <cmath>
#include <string>
#include <vector>

namespace easel::nodes {
namespace {

// One box of the editor as a part of the canvas, and what is said about it.
struct EditedRegion {
    EditedRegion(const Json& box, std::int64_t canvas_width, std::int64_t canvas_height)
        : x(part(box, "x", canvas_width)), y(part(box, "y", canvas_height)), width(part(box, "width", canvas_width)),
          height(part(box, "height", canvas_height)) {
        const Json about = box.contains("metadata") && box["metadata"].is_object() ? box["metadata"] : Json::object();
        is_text = about.contains("type") && about["type"] == "text";
        text = about.contains("text") ? about["text"] : Json("");
        description = about.contains("desc") ? about["desc"] : Json("");
        if (about.contains("palette") && about["palette"].is_structured())
            for (const Json& color : about["palette"])
                if (color.is_string() && !color.get_ref<const std::string&>().empty()) palette.push_back(color);
    }

    static double part(const Json& box, const char* name, std::int64_t length) {
        if (!box.contains(name)) return 0.0;
        if (!box[name].is_number()) throw UserError(std::string("a bounding box needs a number as ") + name);
        return box[name].get<double>() / static_cast<double>(length);
    }

    // In pixels of the canvas, with sides that are not negative.
    Json box(std::int64_t canvas_width, std::int64_t canvas_height) const {
        const auto pixels = [](double fraction, std::int64_t length) {
            return static_cast<std::int64_t>(std::nearbyint(fraction * static_cast<double>(length)));
        };
        return {{"x", pixels(width < 0 ? x + width : x, canvas_width)},
                {"y", pixels(height < 0 ? y + height : y, canvas_height)},
                {"width", pixels(std::abs(width), canvas_width)},
                {"height", pixels(std::abs(height), canvas_height)}};
    }

    // As a structured prompt has it: sides in thousandths.
    Json element() const {
        const auto thousandths = [](double fraction) {
            return static_cast<std::int64_t>(std::clamp(std::nearbyint(fraction * 1000.0), 0.0, 1000.0));
        };
        const auto [top, bottom] = std::minmax({thousandths(y), thousandths(y + height)});
        const auto [left, right] = std::minmax({thousandths(x), thousandths(x + width)});
        Json shown = {{"type", is_text ? "text" : "obj"}, {"bbox", {top, left, bottom, right}}};
        if (is_text) shown["text"] = text;
        shown["desc"] = description;
        Json colors = Json::array();
        for (std::size_t i = 0; i < std::min<std::size_t>(palette.size(), 5); ++i)
            colors.push_back(upper_case(palette[i]));
        if (!colors.empty()) shown["color_palette"] = colors;
        return shown;
    }

    inference::BoxRegion shown() const {
        const std::string quoted = is_text && text.is_string() ? text.get<std::string>() : "";
        std::string caption = description.is_string() ? description.get<std::string>() : "";
        if (!quoted.empty()) caption = "\"" + quoted + "\"" + (caption.empty() ? "" : " — " + caption);
        return {.x = x, .y = y, .width = width, .height = height, .palette = palette, .caption = code_points(caption)};
    }

    double x, y, width, height;
    bool is_text = false;
    Json text, description;
    std::vector<std::string> palette;
};

struct CreateBoundingBoxes : FileOrigin {
    std::int64_t width = 1024;
    std::int64_t height = 1024;
    Json editor_state;
    std::optional<Image> background;
    std::optional<Json> bboxes;
    std::optional<Json> last_incoming;

    static void declare(Schema& s) {
        s.shape = RecordShape::modern;
        s.python_module = "comfy_extras.nodes_bounding_boxes";
        s.category = "utilities";
        s.display_name = "Create Bounding Boxes";
        s.description = "Draw bounding boxes in a canvas. Outputs Ideogram prompt elements, pixel-space bounding "
                        "boxes, and a preview image.";
        s.output_node = true;
        s.experimental = true;
        s.in("width", &CreateBoundingBoxes::width)
            .range(64, 16384)
            .step(16)
            .tooltip("Width of the canvas and the pixel grid for the bounding boxes.");
        s.in("height", &CreateBoundingBoxes::height)
            .range(64, 16384)
            .step(16)
            .tooltip("Height of the canvas and the pixel grid for the bounding boxes.");
        s.in("editor_state", &CreateBoundingBoxes::editor_state)
            .type("BOUNDING_BOXES")
            .default_value(Json::array())
            .option("socketless", false)
            .tooltip("Draw bounding boxes and set each box type, text, description, color palette. Start with "
                     "background element first and foreground last.");
        s.in("background", &CreateBoundingBoxes::background)
            .tooltip("Optional image used as background in the canvas and preview.");
        s.in("bboxes", &CreateBoundingBoxes::bboxes)
            .type("BOUNDING_BOX,ARRAY,STRING")
            .tooltip("Bounding boxes, elements, or a JSON string to initialize the canvas. A new upstream value "
                     "initializes the canvas; edits made on the canvas take priority and are kept until the upstream "
                     "value changes again.");
        s.in("last_incoming", &CreateBoundingBoxes::last_incoming)
            .type("BOUNDING_BOXES")
            .default_value(Json::array())
            .option("socketless", true)
            .tooltip("Internal state managed by the canvas: the upstream bboxes value that last initialized it. Leave "
                     "empty to re-initialize the canvas from the bboxes input on the next run.");
        declare_origin(s);
        s.out("preview");
        s.out("bboxes").type = "BOUNDING_BOX";
        s.out("elements").type = "ARRAY";
    }

    Returns<Image, Json, Json> execute() const {
        const Json incoming = boxes_from_input(bboxes.value_or(nullptr), width, height);
        Json boxes = Json::array(), elements = Json::array();
        std::vector<inference::BoxRegion> shown;
        for (const Json& box : source(incoming)) {
            if (!box.is_object()) continue;
            const EditedRegion region(box, width, height);
            boxes.push_back(region.box(width, height));
            elements.push_back(region.element());
            shown.push_back(region.shown());
        }
        const Tensor ground = background ? to_bytes(background->pixels[0]) : Tensor();
        const Tensor preview = inference::box_preview(shown, width, height, ground);
        Ui ui{{{"dims", {width, height}}}};
        if (!incoming.empty()) ui.content["input_bboxes"] = incoming;
        const Json frames = boxes.empty() ? Json::array() : Json::array({boxes});
        return {ui, Image{preview.unsqueeze(0).to(at::kFloat) / 255.0}, frames, elements};
    }

    // What comes in counts until the editor has taken it over.
    Json source(const Json& incoming) const {
        const Json applied = last_incoming && last_incoming->is_array() ? *last_incoming : Json::array();
        if (!incoming.empty() && !same_in_python(incoming, applied)) return incoming;
        return editor_state.is_array() ? editor_state : Json::array();
    }
};

}  // namespace

void register_create_bounding_boxes(Registry& registry) { registry.add<CreateBoundingBoxes>("CreateBoundingBoxes"); }

}  // namespace easel::nodes
