#include "base/error.hpp"
#include "nodes/boxes.hpp"
#include "nodes/image/layers/layers.hpp"

#include <algorithm>

namespace easel::nodes {
namespace {

// The whole number under a name, fractions cut off; `otherwise` where there is none.
std::int64_t whole_member(const Json& object, const char* name, std::int64_t otherwise) {
    const auto found = object.find(name);
    return found != object.end() && found->is_number() ? static_cast<std::int64_t>(found->get<double>()) : otherwise;
}

bool names_elements(const Json& boxes) {
    return std::ranges::any_of(
        boxes, [](const Json& box) { return box.is_object() && box.contains("bbox") && box["bbox"].is_array(); });
}

struct LayersFromBoundingBoxes {
    Image image;
    Json bboxes;
    std::optional<Mask> mask;
    std::optional<Layers> layers;
    bool crop_to_content = true;
    std::int64_t canvas_width = 0;
    std::int64_t canvas_height = 0;

    static void declare(Schema& s) {
        s.shape = RecordShape::modern;
        s.python_module = "comfy_extras.nodes_compositor";
        s.category = "image";
        s.display_name = "Layers From Bounding Boxes";
        s.description = "Turn an image batch plus its bounding boxes into a layer stack, one layer per frame, each "
                        "placed by its own box. Use this when a node emits layers as a batch - a batch carries a "
                        "single placement for every frame, so the individual positions are otherwise lost.";
        s.experimental = true;
        s.in("image", &LayersFromBoundingBoxes::image).tooltip("Image batch; each frame becomes one layer.");
        s.in("bboxes", &LayersFromBoundingBoxes::bboxes)
            .type("BOUNDING_BOX,ARRAY,STRING")
            .tooltip(
                "Placement boxes, index-aligned with the image batch. Accepts bounding boxes (x, y, width, height), "
                "normalized elements (with a 'bbox' - these need canvas_width/canvas_height to resolve to pixels), or "
                "a JSON string of either. Frames without a matching box are placed at the origin. A box's width/height "
                "scales the layer to fit it. metadata.name (or desc) and metadata.z_index are used when present, and "
                "metadata.content_rect (frame-relative) crops the frame to its real content.");
        s.in("mask", &LayersFromBoundingBoxes::mask)
            .tooltip(
                "Per-frame transparency, index-aligned with the image batch (1 = transparent, LoadImage convention).");
        s.in("layers", &LayersFromBoundingBoxes::layers)
            .tooltip("Layer stack to append to. Leave unconnected to start a new stack.");
        s.in("crop_to_content", &LayersFromBoundingBoxes::crop_to_content)
            .tooltip("Crop each frame to metadata.content_rect where present and place the content at the box position "
                     "plus the rect offset. Leave on for batches whose frames are padded - it keeps only the real "
                     "content at its true spot.")
            .optional();
        s.in("canvas_width", &LayersFromBoundingBoxes::canvas_width)
            .range(0, 16384)
            .tooltip("Document canvas width. 0 derives it from the placed layers.")
            .optional();
        s.in("canvas_height", &LayersFromBoundingBoxes::canvas_height)
            .range(0, 16384)
            .tooltip("Document canvas height. 0 derives it from the placed layers.")
            .optional();
        s.out("LAYERS").tooltip = "The layer stack, ready for Create Layered Image.";
    }

    Layers execute() const {
        const Json boxes = placement_boxes();
        Layers stack = layers.value_or(Layers{});
        const auto highest = std::ranges::max_element(stack.items, {}, &LayerItem::z_index);
        const std::int64_t z_index = highest == stack.items.end() ? 0 : highest->z_index + 1;
        if (canvas_width > 0 && canvas_height > 0) stack.canvas = {canvas_width, canvas_height};
        for (std::int64_t i = 0; i < image.pixels.size(0); ++i) {
            const auto place = static_cast<std::size_t>(i);
            stack.items.push_back(layer(i, place < boxes.size() ? boxes[place] : Json::object(), z_index + i));
        }
        return stack;
    }

    Json placement_boxes() const {
        Json given = read_boxes(bboxes);
        if (given.is_object()) given = Json::array({given});
        const Json& list = given.is_array() && !given.empty() && given[0].is_array() ? given[0] : given;
        if (list.is_array() && names_elements(list) && (canvas_width <= 0 || canvas_height <= 0))
            throw UserError("normalized element boxes need canvas_width and canvas_height to resolve to pixels");
        return boxes_from_input(given, canvas_width, canvas_height);
    }

    LayerItem layer(std::int64_t index, const Json& box, std::int64_t z_index) const {
        const Json about = box.contains("metadata") ? box["metadata"] : Json::object();
        LayerItem item{.pixels = image.pixels.narrow(0, index, 1),
                       .mask = mask_at(mask ? mask->values : Tensor(), index),
                       .name = name_in(about),
                       .x = whole_member(box, "x", 0),
                       .y = whole_member(box, "y", 0),
                       .z_index = whole_member(about, "z_index", z_index)};
        const auto content = about.find("content_rect");
        const bool has_content = content != about.end() && content->is_array() && content->size() == 4;
        if (crop_to_content && has_content && crop(item, *content)) return item;
        item.width = std::max<std::int64_t>(0, whole_member(box, "width", 0));
        item.height = std::max<std::int64_t>(0, whole_member(box, "height", 0));
        return item;
    }

    static std::string name_in(const Json& about) {
        for (const char* key : {"name", "desc"})
            if (about.contains(key) && about[key].is_string() && !about[key].get_ref<const std::string&>().empty())
                return about[key];
        return {};
    }

    // Leaves only the rectangle [left, top, width, height] of the picture; false where nothing of it lies inside.
    static bool crop(LayerItem& item, const Json& rectangle) {
        const auto side = [&rectangle](std::size_t i) {
            return rectangle[i].is_number() ? static_cast<std::int64_t>(rectangle[i].get<double>()) : 0;
        };
        const std::int64_t rows = item.pixels.size(1), columns = item.pixels.size(2);
        const std::int64_t left = std::clamp<std::int64_t>(side(0), 0, columns);
        const std::int64_t top = std::clamp<std::int64_t>(side(1), 0, rows);
        const std::int64_t width = std::clamp<std::int64_t>(side(2), 0, columns - left);
        const std::int64_t height = std::clamp<std::int64_t>(side(3), 0, rows - top);
        if (width == 0 || height == 0) return false;
        const auto part = [&](const Tensor& whole) {
            return whole.slice(1, top, top + height).slice(2, left, left + width);
        };
        item.pixels = part(item.pixels);
        if (item.mask.defined()) item.mask = part(item.mask);
        item.x += left;
        item.y += top;
        return true;
    }
};

}  // namespace

void register_layers_from_bounding_boxes(Registry& registry) {
    registry.add<LayersFromBoundingBoxes>("LayersFromBoundingBoxes");
}

}  // namespace easel::nodes
