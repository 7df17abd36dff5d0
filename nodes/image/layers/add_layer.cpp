#include "inference/image/layer_blend.hpp"
#include "nodes/choices.hpp"
#include "nodes/image/layers/layers.hpp"

#include <cmath>

namespace easel::nodes {
namespace {

struct AddLayer {
    Image image;
    std::optional<Layers> layers;
    std::optional<Mask> mask;
    std::string name;
    std::int64_t x = 0;
    std::int64_t y = 0;
    double opacity = 1.0;
    std::string blend_mode = "normal";
    double rotation = 0.0;
    std::int64_t width = 0;
    std::int64_t height = 0;
    std::int64_t z_index = 0;
    bool flip_h = false;
    bool flip_v = false;

    static void declare(Schema& s) {
        s.shape = RecordShape::modern;
        s.python_module = "comfy_extras.nodes_compositor";
        s.category = "image";
        s.display_name = "Add Layer";
        s.experimental = true;
        s.in("image", &AddLayer::image)
            .tooltip("Layer content at its native size. A batch expands to consecutive layers.");
        s.in("layers", &AddLayer::layers).tooltip("Layer stack to append to. Leave unconnected to start a new stack.");
        s.in("mask", &AddLayer::mask)
            .tooltip("Transparency mask for this layer. Masked areas (value 1) become transparent, multiplying with "
                     "any alpha channel the image already carries.");
        s.in("name", &AddLayer::name)
            .option("multiline", false)
            .tooltip("Layer name shown in the compositor editor.")
            .optional();
        s.in("x", &AddLayer::x).range(-16384, 16384).tooltip("Initial horizontal placement on the canvas.").optional();
        s.in("y", &AddLayer::y).range(-16384, 16384).tooltip("Initial vertical placement on the canvas.").optional();
        s.in("opacity", &AddLayer::opacity).range(0.0, 1.0).step(0.01).tooltip("Initial layer opacity.").optional();
        s.in("blend_mode", &AddLayer::blend_mode)
            .choices(one_of(inference::layer_modes))
            .default_value("normal")
            .tooltip("Initial blend mode, applied against the layers below. On the bottom layer over the default "
                     "transparent background, non-normal modes produce transparency.")
            .optional();
        s.in("rotation", &AddLayer::rotation)
            .range(-360.0, 360.0)
            .step(1.0)
            .tooltip("Initial rotation in degrees, clockwise.")
            .optional();
        s.in("width", &AddLayer::width)
            .range(0, 16384)
            .tooltip("Initial display width. 0 keeps the image's native width.")
            .optional();
        s.in("height", &AddLayer::height)
            .range(0, 16384)
            .tooltip("Initial display height. 0 keeps the image's native height.")
            .optional();
        s.in("z_index", &AddLayer::z_index)
            .range(-1000, 1000)
            .tooltip("Stacking override. Layers are stable-sorted by z_index; equal values keep their list order.")
            .optional();
        s.in("flip_h", &AddLayer::flip_h).tooltip("Flip the layer horizontally.").optional();
        s.in("flip_v", &AddLayer::flip_v).tooltip("Flip the layer vertically.").optional();
        s.out("LAYERS").tooltip = "The layer stack with this layer appended.";
    }

    Layers execute() const {
        Layers stack = layers.value_or(Layers{});
        stack.items.push_back({.pixels = image.pixels,
                               .mask = mask ? mask->values : Tensor(),
                               .name = name,
                               .x = x,
                               .y = y,
                               .width = width,
                               .height = height,
                               .z_index = z_index,
                               .rotation = rotation * (M_PI / 180.0),
                               .opacity = opacity,
                               .mode = blend_mode,
                               .flipped = flip_h,
                               .upside_down = flip_v});
        return stack;
    }
};

}  // namespace

void register_add_layer(Registry& registry) { registry.add<AddLayer>("AddLayer"); }

}  // namespace easel::nodes
