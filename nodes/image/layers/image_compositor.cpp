#include "base/error.hpp"
#include "nodes/file_origin.hpp"
#include "nodes/image/layers/saved_composition.hpp"
#include "nodes/image/saved_images.hpp"

#include <algorithm>

namespace easel::nodes {
namespace {

// As they are placed at first, on a canvas that holds them all where none is asked for.
inference::LayeredPicture first_arrangement(const Layers& stack, const std::vector<NamedLayer>& layers) {
    inference::LayeredPicture picture{.width = 1, .height = 1};
    for (const NamedLayer& layer : layers) {
        const auto bounds = inference::bounds_of(layer.picture);
        picture.width = std::max(picture.width, bounds.x + bounds.width);
        picture.height = std::max(picture.height, bounds.y + bounds.height);
        picture.layers.push_back(layer.picture);
    }
    if (stack.canvas) picture.width = stack.canvas->at(0), picture.height = stack.canvas->at(1);
    return picture;
}

// Where the editor shows a layer.
Json editor_entry(const NamedLayer& layer) {
    const auto& [picture, name] = layer;
    const auto whole = [](double value) { return static_cast<std::int64_t>(value); };
    return {{"x", whole(picture.x)},
            {"y", whole(picture.y)},
            {"width", whole(picture.width)},
            {"height", whole(picture.height)},
            {"rotation", picture.rotation},
            {"name", name.empty() ? Json(nullptr) : Json(name)},
            {"visible", true},
            {"opacity", picture.opacity},
            {"blend", picture.mode},
            {"flipH", picture.flipped},
            {"flipV", picture.upside_down}};
}

Json editor_picture(const Context& context, const inference::PlacedPicture& picture) {
    Tensor pixels = picture.pixels.narrow(-1, 0, 3);
    if (picture.alpha.defined()) pixels = at::cat({pixels, picture.alpha.unsqueeze(-1)}, -1);
    return preview_of(context, pixels).content["images"][0];
}

struct ImageCompositor : FileOrigin {
    Layers layers;
    Json compositor;

    static void declare(Schema& s) {
        s.shape = RecordShape::modern;
        s.python_module = "comfy_extras.nodes_compositor";
        s.category = "image";
        s.display_name = "Create Layered Image";
        s.output_node = true;
        s.has_intermediate_output = true;
        s.experimental = true;
        s.search_aliases = {"compositor", "composite", "layer", "layers", "layer editor", "psd"};
        s.in("layers", &ImageCompositor::layers)
            .tooltip(
                "Layer stack to composite; build it with Add Layer. Items are stacked by z_index, batch frames inside "
                "an item expand to consecutive layers, and item placement, opacity, and blend mode define the initial "
                "composition. Without an explicit document canvas the size is a best-effort maximum extent of the "
                "placed layers. A saved composition that matches the current inputs takes priority.");
        s.in("compositor", &ImageCompositor::compositor)
            .type("COMPOSITOR")
            .default_value(Json::object())
            .option("socketless", true)
            .tooltip("Layered composition saved by the compositor editor.");
        declare_origin(s);
        s.out("IMAGE").tooltip = "Composited image. Carries an alpha channel when the composite has transparent areas "
                                 "(e.g. hidden background), otherwise plain RGB.";
        s.out("MASK").tooltip =
            "Transparency of the composite (1 = fully transparent). All zeros when the composite is opaque.";
    }

    // What the editor saved counts as long as the layers are those that it was made of.
    Returns<Image, Mask> execute(Context& context) const {
        const std::vector<NamedLayer> all = layers_of(layers);
        const std::vector<std::string> digests = layer_digests(all);
        const auto saved = saved_composition(compositor);
        const bool is_current = saved && !all.empty() && saved->inputs == digests;
        const auto [image, mask] = all.empty()
                                       ? empty_result()
                                       : result_of(is_current ? arranged(*saved, all) : first_arrangement(layers, all));
        Ui ui = preview_of(context, image.pixels);
        Json pictures = Json::array(), entries = Json::array();
        for (const NamedLayer& layer : all) {
            pictures.push_back(editor_picture(context, layer.picture));
            entries.push_back(editor_entry(layer));
        }
        ui.content["compositor_layers"] = pictures;
        ui.content["compositor_inputs"] = digests;
        ui.content["compositor_bboxes"] = entries;
        if (has_composition(compositor) && !is_current) ui.content["compositor_state_stale"] = Json::array({true});
        return {ui, image, mask};
    }

    static std::tuple<Image, Mask> empty_result() { return {{at::zeros({1, 64, 64, 3})}, {at::zeros({1, 64, 64})}}; }

    // Without an alpha channel where nothing is transparent.
    static std::tuple<Image, Mask> result_of(const inference::LayeredPicture& picture) {
        constexpr std::int64_t longest_side = 16384;
        if (picture.width > longest_side || picture.height > longest_side)
            throw UserError("Compositor canvas " + std::to_string(picture.width) + "x" +
                            std::to_string(picture.height) + " exceeds the maximum supported size of 16384x16384");
        const Tensor flat = inference::flatten_layers(picture);
        const Tensor alpha = flat.select(-1, 3);
        if ((alpha >= 1.0 - 1e-3).all().item<bool>()) return {{flat.narrow(-1, 0, 3)}, {at::zeros_like(alpha)}};
        return {{flat}, {(1.0 - alpha).clamp(0, 1)}};
    }
};

}  // namespace

void register_image_compositor(Registry& registry) { registry.add<ImageCompositor>("ImageCompositor"); }

}  // namespace easel::nodes
